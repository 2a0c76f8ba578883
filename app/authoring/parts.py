"""Pages of what questions stand in and draw on: sections, lists of choices, the glossary; and removing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.authoring import desk, service
from app.authoring.deps import SAVED, VERSION, WhereIs, to
from app.authoring.schemas import (
    ChoicesInput,
    NewList,
    NewSection,
    NewTerm,
    PartMove,
    RemoveInput,
    SectionInput,
    TermInput,
)
from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.forms import FormOf, form
from app.platform.i18n import _
from app.platform.pages import render, see_other
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome

router = APIRouter(route_class=OneOutcome)
REMOVED = _("It is removed.")


@router.get(VERSION + "/sections", name="authoring.sections")
async def sections(request: Request, where: WhereIs, session: Session, actor: CurrentActor) -> Response:
    """All sections in their order, and a form for a new one."""
    page = await desk.sections_page(session, actor, where)
    return render(request, "authoring/sections.html", page)


@router.post(VERSION + "/sections", name="authoring.add_section")
async def add_section(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[NewSection], Depends(form(NewSection))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Add a section."""

    async def act(data: NewSection) -> Response:
        await service.add_section(session, actor, where, data)
        return see_other(request, to("authoring.sections", where), SAVED)

    again = shown(request, form, "authoring/sections.html", lambda: desk.sections_page(session, actor, where))
    return await submit(session, form, act, again)


@router.post(VERSION + "/sections/move", name="authoring.move_section")
async def move_section(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[PartMove], Depends(form(PartMove))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """One place up or down."""

    async def act(data: PartMove) -> Response:
        await service.move_section(session, actor, where, data)
        return see_other(request, to("authoring.sections", where), _("The section is moved."))

    again = shown(request, form, "authoring/sections.html", lambda: desk.sections_page(session, actor, where))
    return await submit(session, form, act, again)


@router.get(VERSION + "/sections/{code}", name="authoring.section")
async def section(
    request: Request, where: WhereIs, code: str, session: Session, actor: CurrentActor
) -> Response:
    """One section in the source language."""
    page = await desk.section_page(session, actor, where, code)
    return render(request, "authoring/section.html", page)


@router.post(VERSION + "/sections/{code}", name="authoring.save_section")
async def save_section(
    request: Request,
    where: WhereIs,
    code: str,
    form: Annotated[FormOf[SectionInput], Depends(form(SectionInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a section."""

    async def act(data: SectionInput) -> Response:
        await service.save_section(session, actor, where, code, data)
        return see_other(request, to("authoring.section", where, code=code), SAVED)

    again = shown(
        request, form, "authoring/section.html", lambda: desk.section_page(session, actor, where, code)
    )
    return await submit(session, form, act, again)


@router.get(VERSION + "/choices", name="authoring.lists")
async def lists(request: Request, where: WhereIs, session: Session, actor: CurrentActor) -> Response:
    """All lists of choices."""
    return render(request, "authoring/lists.html", await desk.lists_page(session, actor, where))


@router.post(VERSION + "/choices", name="authoring.add_list")
async def add_list(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[NewList], Depends(form(NewList))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Begin a list of choices, and go there."""

    async def act(data: NewList) -> Response:
        await service.add_list(session, actor, where, data)
        return see_other(request, to("authoring.choices", where, list_name=data.name))

    again = shown(request, form, "authoring/lists.html", lambda: desk.lists_page(session, actor, where))
    return await submit(session, form, act, again)


@router.get(VERSION + "/choices/{list_name}", name="authoring.choices")
async def choices(
    request: Request, where: WhereIs, list_name: str, session: Session, actor: CurrentActor
) -> Response:
    """One list in the source language."""
    page = await desk.choices_page(session, actor, where, list_name)
    return render(request, "authoring/choices.html", page)


@router.post(VERSION + "/choices/{list_name}", name="authoring.save_choices")
async def save_choices(
    request: Request,
    where: WhereIs,
    list_name: str,
    form: Annotated[FormOf[ChoicesInput], Depends(form(ChoicesInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a list of choices."""

    async def act(data: ChoicesInput) -> Response:
        await service.save_choices(session, actor, where, list_name, data)
        return see_other(request, to("authoring.choices", where, list_name=list_name), SAVED)

    again = shown(
        request, form, "authoring/choices.html", lambda: desk.choices_page(session, actor, where, list_name)
    )
    return await submit(session, form, act, again)


@router.get(VERSION + "/glossary", name="authoring.glossary")
async def glossary(request: Request, where: WhereIs, session: Session, actor: CurrentActor) -> Response:
    """The terms of the glossary."""
    page = await desk.lists_page(session, actor, where)
    return render(request, "authoring/glossary.html", page)


@router.post(VERSION + "/glossary", name="authoring.add_term")
async def add_term(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[NewTerm], Depends(form(NewTerm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Add a term."""

    async def act(data: NewTerm) -> Response:
        await service.add_term(session, actor, where, data)
        return see_other(request, to("authoring.glossary", where), SAVED)

    again = shown(request, form, "authoring/glossary.html", lambda: desk.lists_page(session, actor, where))
    return await submit(session, form, act, again)


@router.post(VERSION + "/glossary/move", name="authoring.move_term")
async def move_term(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[PartMove], Depends(form(PartMove))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """One place up or down."""

    async def act(data: PartMove) -> Response:
        await service.move_term(session, actor, where, data)
        return see_other(request, to("authoring.glossary", where), _("The term is moved."))

    again = shown(request, form, "authoring/glossary.html", lambda: desk.lists_page(session, actor, where))
    return await submit(session, form, act, again)


@router.get(VERSION + "/glossary/{key}", name="authoring.term")
async def term(request: Request, where: WhereIs, key: str, session: Session, actor: CurrentActor) -> Response:
    """One term in the source language."""
    page = await desk.term_page(session, actor, where, key)
    return render(request, "authoring/term.html", page)


@router.post(VERSION + "/glossary/{key}", name="authoring.save_term")
async def save_term(
    request: Request,
    where: WhereIs,
    key: str,
    form: Annotated[FormOf[TermInput], Depends(form(TermInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a term."""

    async def act(data: TermInput) -> Response:
        await service.save_term(session, actor, where, key, data)
        return see_other(request, to("authoring.term", where, key=key), SAVED)

    again = shown(request, form, "authoring/term.html", lambda: desk.term_page(session, actor, where, key))
    return await submit(session, form, act, again)


@router.get(VERSION + "/remove", name="authoring.remove")
async def remove(
    request: Request, where: WhereIs, session: Session, actor: CurrentActor, what: str = ""
) -> Response:
    """What removing a part means, before it is done."""
    page = await desk.remove_page(session, actor, where, what)
    return render(request, "authoring/remove.html", page)


@router.post(VERSION + "/remove", name="authoring.remove_now")
async def remove_now(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[RemoveInput], Depends(form(RemoveInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take a part out of the draft."""
    what = form.valid.what

    async def act(_data: RemoveInput) -> Response:
        await service.remove_part(session, actor, where, what)
        back = {"s": "sections", "g": "glossary", "l": "lists", "c": "lists"}.get(what[:1], "version")
        return see_other(request, to(f"authoring.{back}", where), REMOVED)

    again = shown(
        request, form, "authoring/remove.html", lambda: desk.remove_page(session, actor, where, what)
    )
    return await submit(session, form, act, again)
