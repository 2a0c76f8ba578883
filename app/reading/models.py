"""The table of what each reviewer has read."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class ReadMark(SQLModel, table=True):
    """A reviewer has had this version of an answer before her; `is_read` is what she says of it herself."""

    __tablename__ = "read_mark"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    answer_version_id: UUID = Field(
        foreign_key="answer_version.id", primary_key=True, index=True, ondelete="CASCADE"
    )
    is_read: bool = False
