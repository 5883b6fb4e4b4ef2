"""What a layer leaves out: files of the libraries that no request can reach, and why."""

import glob
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """Files to leave out, as patterns below the layer's folder, but for those that are kept."""

    reason: str
    left_out: tuple[str, ...]
    kept: tuple[str, ...] = ()


RULES = (
    Rule("Tests of the libraries.", ("**/tests/**", "**/test/**", "**/conftest.py")),
    Rule(
        "For type checkers and compilers.",
        ("**/*.pyi", "**/py.typed", "**/*.h", "**/*.hpp", "**/*.pyx", "**/*.pxd", "**/*.pxi", "**/*.c", "**/*.cpp")
        + ("**/*.a", "**/*.pc", "**/*.f90"),
    ),
    Rule("Commands, and notes that installers leave for each other.", ("bin/**", "share/**", ".lock")),
    Rule(
        "Lists of files that are no longer as listed; the name, the version and the licences of a library stay.",
        ("*.dist-info/*", "*.dist-info/sboms/**"),
        kept=("*.dist-info/METADATA", "*.dist-info/entry_points.txt", "*.dist-info/*LICEN*", "*.dist-info/*NOTICE*"),
    ),
    Rule("Bytecode that came along; ours is made at the end.", ("**/__pycache__/**",)),
    Rule(
        "Descriptions of the AWS services that are not used: 25 MB.",
        ("botocore/data/*/**", "boto3/data/**", "boto3/examples/**"),
        kept=tuple(f"botocore/data/{service}/**" for service in ("dynamodb", "s3", "sqs", "ssm")),
    ),
    Rule("Builds Fortran, and instructions that only numpy's tests look at.", ("numpy/f2py/**", "numpy/_core/_simd.*")),
    Rule("Modules that numpy's tests are made of.", ("numpy/_core/_*_tests.*", "numpy/random/_examples/**")),
    Rule("Support of packagers and of Sphinx.", ("numpy/_pyinstaller/**", "matplotlib/sphinxext/**")),
    Rule(
        "Fonts that no plot uses: all text is DejaVu Sans. Each one would be opened at a cold start, too.",
        ("matplotlib/mpl-data/fonts/**",),
        kept=("matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf", "matplotlib/mpl-data/fonts/ttf/LICENSE_DEJAVU"),
    ),
    Rule(
        "Windows and their pictures, and data for examples.",
        ("matplotlib/mpl-data/sample_data/**", "matplotlib/mpl-data/images/**", "matplotlib/backends/web_backend/**")
        + ("matplotlib/backends/qt_editor/**", "matplotlib/backends/_tkagg.*", "PIL/_imagingtk.*"),
    ),
    Rule(
        "Puts fonts into PDF and PostScript; matplotlib needs the names of glyphs only.",
        ("fontTools/*/**",),
        kept=("fontTools/misc/*.py",),
    ),
    Rule(
        "Picture formats that are not PNG, where Pillow can do without.",
        ("PIL/_avif.*", "PIL/_webp.*", "PIL/_imagingcms.*", "pillow.libs/libavif-*", "pillow.libs/libwebp*")
        + ("pillow.libs/libsharpyuv-*", "pillow.libs/liblcms2-*"),
    ),
)


def trim(folder: Path, rules: Iterable[Rule] = RULES) -> None:
    """Remove what the rules leave out, and the folders that are then empty."""
    judges = [(_any_of(rule.left_out), _any_of(rule.kept)) for rule in rules]
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder comes before it
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif _is_left_out(path.relative_to(folder).as_posix(), judges):
            path.unlink()


def _is_left_out(name: str, judges: list[tuple[re.Pattern[str], re.Pattern[str]]]) -> bool:
    return any(left_out.match(name) and not kept.match(name) for left_out, kept in judges)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    translated = (glob.translate(pattern, recursive=True, include_hidden=True) for pattern in patterns)
    return re.compile("|".join(translated) or r"(?!)")
