"""The size of the artifact by package, and by function with its layers: `python -m tools.artifact_build.sizes`."""

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tools.artifact_build.artifact import functions_of, layers_of

# What a function and all of its layers may hold, unpacked.
LAMBDA_LIMIT_BYTES = 262_144_000
# Our own limit, which leaves space for the libraries' next versions.
OUR_LIMIT_BYTES = 245_000_000
# A package smaller than this share of its layer has no line of its own.
SMALL = 0.005


@dataclass(frozen=True)
class PartSize:
    """The size of a layer or of a function's own code: unpacked, by top-level name, and as the zip that is uploaded."""

    name: str
    by_package: Counter[str]
    zip_bytes: int

    @property
    def n_bytes(self) -> int:
        return self.by_package.total()


@dataclass(frozen=True)
class FunctionSize:
    """A function with the parts that Lambda counts together."""

    name: str
    parts: tuple[PartSize, ...]

    @property
    def n_bytes(self) -> int:
        return sum(part.n_bytes for part in self.parts)

    @property
    def zip_bytes(self) -> int:
        return sum(part.zip_bytes for part in self.parts)


def measured(folder: Path) -> PartSize:
    """The size of the folder of a layer or a function; the packages of a layer are in its folder `python`."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    inner = folder / "python" if (folder / "python").is_dir() else folder
    by_package: Counter[str] = Counter()
    for path in files:
        by_package[_package_of(path.relative_to(inner))] += path.stat().st_size
    return PartSize(folder.name, by_package, _zip_bytes(folder, files))


def table(layers: Iterable[PartSize], functions: Iterable[FunctionSize]) -> Iterator[str]:
    """The lines to print."""
    for layer in layers:
        yield f"{layer.name:<34}{layer.n_bytes:>14,} bytes{layer.zip_bytes:>14,} zipped"
        small: Counter[str] = Counter()
        for package, n_bytes in layer.by_package.most_common():
            if n_bytes < SMALL * layer.n_bytes:
                small[package] = n_bytes
            else:
                yield f"  {package:<32}{n_bytes:>14,}"
        if small:
            yield f"  {f'{len(small)} smaller ones':<32}{small.total():>14,}"
    yield ""
    yield f"{'function with its layers':<34}{'bytes':>14}{'zipped':>14}{'left':>14}"
    for function in functions:
        left = LAMBDA_LIMIT_BYTES - function.n_bytes
        yield f"{function.name:<34}{function.n_bytes:>14,}{function.zip_bytes:>14,}{left:>14,}"


def too_large(functions: Iterable[FunctionSize]) -> list[str]:
    """An error for each function that is over our limit."""
    return [
        f"{function.name} has {function.n_bytes:,} bytes with its layers; {OUR_LIMIT_BYTES:,} are allowed."
        for function in functions
        if function.n_bytes > OUR_LIMIT_BYTES
    ]


def _package_of(path: Path) -> str:
    """numpy.libs belongs to numpy; the metadata of all libraries is one line."""
    top = path.parts[0]
    if top.endswith(".dist-info"):
        return "names, versions, licences"
    return top.removesuffix(".libs").removesuffix(".pyc")


def _zip_bytes(folder: Path, files: Iterable[Path]) -> int:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder))
    return len(packed.getvalue())


def main() -> None:
    built = functions_of()
    layers = {folder: measured(folder) for folder in layers_of(built)}
    functions = [
        FunctionSize(function.name, (measured(function.code), *(layers[layer] for layer in function.layers)))
        for function in built
    ]
    print("\n".join(table(layers.values(), functions)))
    if errors := too_large(functions):
        raise SystemExit("\n".join(errors))


if __name__ == "__main__":
    main()
