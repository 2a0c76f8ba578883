"""Reading the reference data; published versions are compiled once and kept in the process."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import NotFound
from app.platform.i18n import Message
from app.platform.security import Actor, Permission
from app.reference import policy
from app.reference.changes import RowChange, differences
from app.reference.compiled import Reference, compile_reference
from app.reference.document import (
    KIND_NAMES,
    OBLIGATION_NAMES,
    AnyRow,
    ArticleRow,
    InstrumentRow,
    Kind,
    PartRow,
    ReferenceData,
    Sourced,
    SourceRow,
)
from app.reference.models import MARK_NAMES, STATE_NAMES, Mark, ReferenceState, ReferenceVersion
from app.reference.shipped import shipped_reference

LARGEST_NUMBER = 2_000_000_000  # what both databases take
# Published versions never change, so every process may keep its own copy for ever.
_compiled: dict[UUID, Reference] = {}

PUBLISHED = (
    select(ReferenceVersion.id)
    .where(ReferenceVersion.state == ReferenceState.PUBLISHED)
    .order_by(col(ReferenceVersion.number).desc())
    .limit(1)
)


async def get_reference(session: AsyncSession, version_id: UUID) -> Reference:
    """A published version from memory, read from the database the first time; raises NotFound."""
    known = _compiled.get(version_id)
    if known is not None:
        return known
    version = await session.get(ReferenceVersion, version_id)
    if version is None or version.state is ReferenceState.DRAFT:
        raise NotFound
    compiled = compile_reference(version.id, version.number, data_of(version))
    _compiled[version_id] = compiled
    return compiled


async def current(session: AsyncSession) -> Reference:
    """What stands now: the published version, or what ships with the portal until one is loaded."""
    return await get_names(session, (await session.exec(PUBLISHED)).first())


async def get_names(session: AsyncSession, version_id: UUID | None) -> Reference:
    """The version that a larger statement found with PUBLISHED, or what ships with the portal."""
    return shipped_reference() if version_id is None else await get_reference(session, version_id)


def data_of(version: ReferenceVersion) -> ReferenceData:
    """The document of a version."""
    return ReferenceData.model_validate(version.data)


async def find_published(session: AsyncSession, *, lock: bool = False) -> ReferenceVersion | None:
    """The version that stands, if anything was ever published."""
    query = select(ReferenceVersion).where(ReferenceVersion.state == ReferenceState.PUBLISHED)
    if lock:
        query = query.with_for_update()
    return (await session.exec(query.order_by(col(ReferenceVersion.number).desc()))).first()


async def find_draft(session: AsyncSession) -> ReferenceVersion | None:
    """The one draft, if there is one."""
    query = select(ReferenceVersion).where(ReferenceVersion.state == ReferenceState.DRAFT)
    return (await session.exec(query)).first()


async def get_draft(session: AsyncSession, actor: Actor, *, lock: bool = False) -> ReferenceVersion:
    """The one draft, for the secretariat, locked for a change if asked; raises NotFound."""
    query = select(ReferenceVersion).where(
        ReferenceVersion.state == ReferenceState.DRAFT, policy.visible(actor)
    )
    if lock:
        query = query.with_for_update()
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def get_version(session: AsyncSession, actor: Actor, number: int) -> ReferenceVersion:
    """A version by its number, a draft only for the secretariat; raises NotFound."""
    if abs(number) > LARGEST_NUMBER:
        raise NotFound
    query = select(ReferenceVersion).where(ReferenceVersion.number == number, policy.visible(actor))
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def has_checksum(session: AsyncSession, checksum: str) -> bool:
    """Whether this content was a version before."""
    query = select(ReferenceVersion.id).where(ReferenceVersion.checksum == checksum).limit(1)
    return (await session.exec(query)).first() is not None


async def last_number(session: AsyncSession) -> int:
    """The highest number given so far."""
    query = select(ReferenceVersion.number).order_by(col(ReferenceVersion.number).desc()).limit(1)
    return (await session.exec(query)).first() or 0


@dataclass(frozen=True, slots=True)
class InstrumentShown:
    """An instrument with its articles."""

    row: InstrumentRow
    articles: Sequence[ArticleRow]

    @property
    def speaks_for_all(self) -> ArticleRow | None:
        """An article whose sources and mark are those of all; said once, they need no columns."""
        kinds = {(article.mark, tuple(article.sources)) for article in self.articles}
        return self.articles[0] if len(kinds) == 1 else None


@dataclass(frozen=True, slots=True)
class DataPage:
    """All rows of a version, ready to be read."""

    version: ReferenceVersion | None
    data: ReferenceData
    may_edit: Permission
    is_draft: bool = False

    @property
    def number(self) -> int:
        """The number of the version; 0 is what ships with the portal."""
        return self.version.number if self.version else 0

    @property
    def counted(self) -> dict[Mark, int]:
        """How many rows carry each mark."""
        return self.data.counted()

    @property
    def instruments(self) -> list[InstrumentShown]:
        """Each instrument with its articles, in their order."""
        return [
            InstrumentShown(row, [each for each in self.data.articles if each.instrument == row.code])
            for row in self.data.instruments
        ]

    @property
    def unverified(self) -> list[tuple[Kind, Sourced]]:
        """The rows nobody could verify, to be checked first."""
        return [
            (kind, row)
            for kind in Kind
            for row in self.data.rows(kind)
            if isinstance(row, Sourced) and row.mark is Mark.UNVERIFIED
        ]

    def parts(self, cluster: str) -> list[PartRow]:
        """The articles of a cluster, by instrument."""
        return [row for row in self.data.parts if row.cluster == cluster]

    def instrument(self, code: str) -> dict[str, str]:
        """The names of an instrument."""
        found = self.data.find(Kind.INSTRUMENTS, code)
        return found.texts if isinstance(found, InstrumentRow) else {"en": code}

    def sources(self, row: Sourced) -> list[SourceRow]:
        """Where a row comes from."""
        known = {source.code: source for source in self.data.sources}
        return [known[code] for code in row.sources if code in known]

    @staticmethod
    def mark(row: Sourced) -> Message:
        """How sure a row is, in words."""
        return MARK_NAMES[row.mark]

    @staticmethod
    def obligation(name: str) -> Message:
        """How binding a provision is, in words."""
        return OBLIGATION_NAMES[name]

    @staticmethod
    def kind_name(kind: Kind) -> Message:
        """The name of a list."""
        return KIND_NAMES[kind]


async def reference_page(session: AsyncSession, actor: Actor) -> DataPage:
    """What stands now."""
    version = await find_published(session)
    data = data_of(version) if version else shipped_reference().data
    return DataPage(version, data, policy.can_edit(actor))


@dataclass(frozen=True, slots=True)
class DraftPage(DataPage):
    """The draft, and what it would change."""

    changes: Sequence[RowChange] = ()


async def draft_page(session: AsyncSession, actor: Actor) -> DraftPage:
    """The draft for the secretariat; raises NotFound."""
    draft = await get_draft(session, actor)
    data = data_of(draft)
    stands = (await current(session)).data
    return DraftPage(draft, data, policy.can_edit(actor), True, differences(stands, data))


@dataclass(frozen=True, slots=True)
class VersionListed:
    """A version in the history."""

    version: ReferenceVersion
    rows: int
    unverified: int

    @property
    def state_name(self) -> Message:
        """Its state in a word."""
        return STATE_NAMES[self.version.state]


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """The history, newest first."""

    versions: Sequence[VersionListed]
    may_edit: Permission

    @property
    def has_draft(self) -> bool:
        """Whether somebody is changing the data."""
        return any(each.version.state is ReferenceState.DRAFT for each in self.versions)


async def versions_page(session: AsyncSession, actor: Actor) -> VersionsPage:
    """Every version somebody may know of."""
    query = select(ReferenceVersion).where(policy.visible(actor))
    found = (await session.exec(query.order_by(col(ReferenceVersion.number).desc()))).all()
    return VersionsPage([_listed(version) for version in found], policy.can_edit(actor))


def _listed(version: ReferenceVersion) -> VersionListed:
    counts = data_of(version).counted()
    return VersionListed(version, sum(counts.values()), counts[Mark.UNVERIFIED])


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version and what it changed against the one before it."""

    listed: VersionListed
    before: int | None
    changes: Sequence[RowChange]
    may_edit: Permission
    has_draft: bool


async def version_page(session: AsyncSession, actor: Actor, number: int) -> VersionPage:
    """One version with its differences; raises NotFound."""
    version = await get_version(session, actor, number)
    earlier = (
        select(ReferenceVersion)
        .where(ReferenceVersion.number < number, policy.visible(actor))
        .order_by(col(ReferenceVersion.number).desc())
        .limit(1)
    )
    before = (await session.exec(earlier)).first()
    changes = differences(data_of(before), data_of(version)) if before else []
    may_edit = policy.can_edit(actor)
    draft = await find_draft(session) if may_edit else None
    return VersionPage(
        _listed(version), before.number if before else None, changes, may_edit, draft is not None
    )


@dataclass(frozen=True, slots=True)
class RowPage:
    """The form of one row of the draft; without a row it is for a new one."""

    draft: ReferenceVersion
    data: ReferenceData
    kind: Kind
    row: AnyRow | None
    key: str = ""

    @property
    def kind_name(self) -> Message:
        """The name of the list."""
        return KIND_NAMES[self.kind]

    @property
    def obligations(self) -> list[tuple[str, Message]]:
        """What a provision may ask."""
        return list(OBLIGATION_NAMES.items())

    @property
    def marks(self) -> list[tuple[str, Message]]:
        """How sure a row may be."""
        return [(mark.value, name) for mark, name in MARK_NAMES.items()]


async def row_page(session: AsyncSession, actor: Actor, kind: Kind, key: str | None = None) -> RowPage:
    """The form of a row of the draft, or of a new one; raises NotFound."""
    draft = await get_draft(session, actor)
    data = data_of(draft)
    row = None if key is None else data.find(kind, key)
    if key is not None and row is None:
        raise NotFound
    return RowPage(draft, data, kind, row, key or "")
