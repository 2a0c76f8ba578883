"""A draft of the firearms questionnaire, and the officer of the secretariat who writes in it."""

from dataclasses import dataclass
from typing import Any

from app.accounts.models import Account
from app.authoring import editing, service
from app.authoring.schemas import QuestionInput, Where
from app.organisations.models import Role
from app.platform.db import Database
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.definition import Definition
from app.questionnaires.models import QuestionnaireVersion
from tests.factories import SYSTEM, Make, actor_of


@dataclass
class Scene:
    """What a test of the authoring pages begins with."""

    db: Database
    account: Account
    officer: Actor
    published: QuestionnaireVersion
    draft: QuestionnaireVersion

    @property
    def where(self) -> Where:
        """The draft in an address."""
        return Where(self.draft.slug, self.draft.edition_path, self.draft.number)

    def path(self, rest: str = "") -> str:
        """The address of a page of the draft, in English."""
        return f"/en/questionnaires/{self.draft.slug}/{self.draft.edition_path}/{self.draft.number}{rest}"

    async def definition(self) -> Definition:
        """What the draft says now."""
        async with self.db.read() as session:
            version = await questionnaires.get_version(session, self.draft.id)
            return await questionnaires.read_definition(session, version)

    async def state_of(self, code: str) -> dict[str, Any]:
        """The fields of the editor of a question, as its page would send them back unchanged."""
        definition = await self.definition()
        question = editing.find_question(definition, code)
        source = definition.source_language
        fields = ("kind", "instrument", "article", "paragraph", "obligation", "choices", *editing.CONDITIONS)
        return {
            **{name: str(getattr(question, name)) for name in fields},
            "topics": ", ".join(question.topics),
            "terms": question.terms,
            "longest": str(question.longest),
            "started": editing.content_hash(question, source),
            **{f"texts-{kind}": texts.get(source, "") for kind, texts in question.texts.items()},
        }

    async def save(self, code: str, **changes: Any) -> None:
        """Change a question through the service; texts are given as texts-prompt and so on."""
        fields = await self.state_of(code) | {k.replace("texts_", "texts-"): v for k, v in changes.items()}
        texts = {k.partition("-")[2]: v for k, v in fields.items() if k.startswith("texts-")}
        plain = {k: v for k, v in fields.items() if "-" not in k}
        data = QuestionInput.model_validate({**plain, "texts": texts})
        async with self.db.write() as session:
            await service.save_question(session, self.officer, self.where, code, data)


async def begin(db: Database, make: Make) -> Scene:
    """Publish the shipped pair and begin a new version of its civil-society edition."""
    place = await make.organisation("Secretariat")
    account = await make.account(Role.SECRETARIAT, at=place)
    published, _state = await make.pair()
    officer = actor_of(account, [(Role.SECRETARIAT, place.id)])
    where = Where(published.slug, published.edition_path, published.number)
    async with db.write() as session:
        draft = await service.start_version(session, officer, where)
    return Scene(db, account, officer, published, draft)


__all__ = ["SYSTEM", "Scene", "begin"]
