"""Groups the files that are read together: those of one cell by the ends of their names, others by a list among them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from battery_analytics.errors import IncompleteCsvSet, UnsupportedStructure
from battery_analytics.files import BatteryFile


@dataclass(frozen=True, slots=True)
class FileRoles:
    """The role of each file of a cell, by the end of its name: `X_cycles.csv`, `X_metadata.csv`, `X_metrics.csv`.

    A file of this ending without a role in its name holds the measurements of a cell without other files.
    """

    ending: str
    measurements: str
    metadata: str
    others: tuple[str, ...] = ()

    def base_and_role(self, name: str) -> tuple[str, str] | None:
        """The part of the name that the files of a cell share, and this file's role; None for another ending."""
        lower = name.lower()
        if not lower.endswith(self.ending):
            return None
        for role in (self.measurements, self.metadata, *self.others):
            end = f"_{role}{self.ending}"
            if lower.endswith(end) and len(name) > len(end):
                return name[: -len(end)], role
        return name, self.measurements


@dataclass(frozen=True, slots=True)
class FileGroup:
    """The files that are read together: the one with the measurements, and the others of its cell by role.

    `stated` is metadata that stands around the measurements in their own file, such as on another sheet.
    """

    main: BatteryFile
    roles: FileRoles | None = None
    companions: Mapping[str, BatteryFile] = field(default_factory=dict)
    stated: Mapping[object, object] = field(default_factory=dict)


# The names of the files that a file lists, in lower case; none where it is no list.
type ListedNames = Callable[[BatteryFile], Sequence[str]]


def grouped(
    files: Iterable[BatteryFile], all_roles: Sequence[FileRoles], lists: Sequence[ListedNames] = ()
) -> list[FileGroup | IncompleteCsvSet]:
    """The files in groups, in the order of their first files; for a cell without its measurements the error of its set.

    The files that a list among them names belong to it.

    Raises UnsupportedStructure for a file sent twice.
    """
    groups: list[FileGroup | tuple[FileRoles, str]] = []
    sets: dict[tuple[FileRoles, str], dict[str, BatteryFile]] = {}
    listed, others = _with_lists(list(files), lists)
    groups.extend(listed)
    for file in others:
        place = _place(file.name, all_roles)
        if place is None:
            groups.append(FileGroup(file))
            continue
        roles, base, role = place
        if (roles, base) not in sets:
            sets[roles, base] = {}
            groups.append((roles, base))
        if role in sets[roles, base]:
            raise UnsupportedStructure(f"{file.name} was sent twice; send each file once.", file=file.name)
        sets[roles, base][role] = file
    groups = _with_measurements_of_their_base(groups, sets)
    return [group if isinstance(group, FileGroup) else _complete(*group, sets[group]) for group in groups]


def _with_lists(files: list[BatteryFile], lists: Sequence[ListedNames]) -> tuple[list[FileGroup], list[BatteryFile]]:
    """One group per list with the files that it names, and the files that no list names."""
    groups: list[FileGroup] = []
    for file in files:
        names = next((names for listed_names in lists if (names := listed_names(file))), ())
        if names:
            wanted = set(names)
            found = {other.name: other for other in files if other is not file and other.name.lower() in wanted}
            groups.append(FileGroup(file, companions=found))
    taken = {id(file) for group in groups for file in (group.main, *group.companions.values())}
    return groups, [file for file in files if id(file) not in taken]


def _with_measurements_of_their_base(
    groups: list[FileGroup | tuple[FileRoles, str]], sets: dict[tuple[FileRoles, str], dict[str, BatteryFile]]
) -> list[FileGroup | tuple[FileRoles, str]]:
    """`X_Metadata.csv` belongs to `X.csv` where there is no `X_cycles.csv`."""
    by_name = {base.lower(): (roles, base) for roles, base in sets}
    joined: set[tuple[FileRoles, str]] = set()
    for (roles, base), members in sets.items():
        whole = by_name.get(f"{base}{roles.ending}".lower())
        if roles.measurements not in members and whole is not None and set(sets[whole]) == {roles.measurements}:
            sets[whole].update(members)
            joined.add((roles, base))
    return [group for group in groups if isinstance(group, FileGroup) or group not in joined]


def _place(name: str, all_roles: Sequence[FileRoles]) -> tuple[FileRoles, str, str] | None:
    """The roles that a name follows, its base and its role; roles that the name contains come first."""
    fitting = [(roles, *place) for roles in all_roles if (place := roles.base_and_role(name))]
    return next((found for found in fitting if found[1] != name), fitting[0] if fitting else None)


def _complete(roles: FileRoles, base: str, members: dict[str, BatteryFile]) -> FileGroup | IncompleteCsvSet:
    if roles.measurements not in members:
        missing = f"{base}_{roles.measurements}{roles.ending}"
        sent = [file.name for file in members.values()]
        return IncompleteCsvSet(
            f"{' and '.join(sent)} came without {missing}, which holds the measurements; send it too.",
            missing=missing,
            sent=sent,
        )
    others = {role: members[role] for role in (roles.metadata, *roles.others) if role in members}
    return FileGroup(members[roles.measurements], roles, others)
