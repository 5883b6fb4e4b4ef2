"""The files of libraries that a layer leaves out because no request needs them, each rule with its reason."""

import glob
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """Files to leave out, except those to keep, as patterns under the layer's folder."""

    reason: str
    left_out: tuple[str, ...]
    kept: tuple[str, ...] = ()


RULES = (
    Rule("Tests of the libraries.", ("**/tests/**", "**/test/**", "**/conftest.py")),
    Rule("For type checkers.", ("**/*.pyi", "**/py.typed")),
    Rule(
        "For compilers.", tuple(f"**/*.{ending}" for ending in ("a", "c", "cpp", "h", "hpp", "pc", "pxd", "pxi", "pyx"))
    ),
    Rule("Commands, and files that installers leave.", ("bin/**", "share/**", ".lock")),
    Rule("Bytecode of others; ours is made at the end.", ("**/__pycache__/**",)),
    Rule(
        "Lists of files that are no longer correct; the name, the version and the licences of a library stay.",
        ("*.dist-info/*", "*.dist-info/sboms/**"),
        kept=("*.dist-info/METADATA", "*.dist-info/entry_points.txt", "*.dist-info/*LICEN*", "*.dist-info/*NOTICE*"),
    ),
    Rule(
        "Descriptions of the AWS services that are not used: 25 MB.",
        ("botocore/data/*/**", "boto3/data/**", "boto3/examples/**"),
        kept=tuple(f"botocore/data/{service}/**" for service in ("dynamodb", "s3", "sqs", "ssm")),
    ),
    Rule("Builds Fortran.", ("numpy/f2py/**",)),
    Rule("Only numpy's tests load it.", ("numpy/_core/_simd.*", "numpy/_core/_*_tests.*", "numpy/random/_examples/**")),
    Rule("For tools that package programs, and for Sphinx.", ("numpy/_pyinstaller/**", "matplotlib/sphinxext/**")),
    Rule(
        "Fonts that no plot uses: all text is DejaVu Sans, and a cold start would open every font.",
        ("matplotlib/mpl-data/fonts/**",),
        kept=("matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf", "matplotlib/mpl-data/fonts/ttf/LICENSE_DEJAVU"),
    ),
    Rule("Data for examples.", ("matplotlib/mpl-data/sample_data/**",)),
    Rule(
        "For windows on a screen.",
        ("matplotlib/mpl-data/images/**", "matplotlib/backends/_tkagg.*", "PIL/_imagingtk.*"),
    ),
    Rule("For windows on a screen.", ("matplotlib/backends/qt_editor/**", "matplotlib/backends/web_backend/**")),
    Rule(
        "For fonts in PDF and PostScript; matplotlib imports only the names of glyphs.",
        ("fontTools/*/**",),
        kept=("fontTools/misc/*.py",),
    ),
    Rule("Image formats that the plots do not use.", ("PIL/_avif.*", "PIL/_imagingcms.*", "PIL/_webp.*")),
    Rule(
        "Needed by those formats only.",
        tuple(f"pillow.libs/lib{name}*" for name in ("avif-", "lcms2-", "sharpyuv-", "webp")),
    ),
)


def trim(folder: Path, rules: Iterable[Rule] = RULES) -> None:
    """Remove what the rules leave out, and the folders that are then empty."""
    patterns = [(_any_of(rule.left_out), _any_of(rule.kept)) for rule in rules]
    for path in sorted(folder.rglob("*"), reverse=True):  # the content of a folder comes before the folder
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif _is_left_out(path.relative_to(folder).as_posix(), patterns):
            path.unlink()


def _is_left_out(name: str, patterns: list[tuple[re.Pattern[str], re.Pattern[str]]]) -> bool:
    return any(left_out.match(name) and not kept.match(name) for left_out, kept in patterns)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    translated = (glob.translate(pattern, recursive=True, include_hidden=True) for pattern in patterns)
    return re.compile("|".join(translated) or r"(?!)")
