"""XML from outside: looked through before anything builds a tree of it."""

from xml.parsers import expat

from lxml import etree

from app.platform.errors import Invalid
from app.platform.i18n import Message, _

LARGEST = 5_000_000
DEEPEST = 40
MOST = 300_000
TOO_LARGE = _("The file is too large: at most 5 MB.")
NO_TYPES = _("The file declares a document type (DOCTYPE). Remove that declaration and send it again.")
TOO_DEEP = _("The file has too many elements, or they are nested too deeply.")
BROKEN = _("The file is not well-formed XML: see line %(line)s.")


def refused(message: Message) -> Invalid:
    """The file as a whole cannot be used, and why."""
    return Invalid({"file": message})


def parse(data: bytes) -> etree._Element:
    """The tree of a small, flat document without types and entities of its own; raises Invalid."""
    if len(data) > LARGEST:
        raise refused(TOO_LARGE)
    _look_through(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        raise refused(_with_line(problem.lineno)) from problem


def _look_through(data: bytes) -> None:
    """Stop at the first declaration of a type, before what it declares is read, and at too much of anything."""
    depth = count = 0

    def opened(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST:
            raise refused(TOO_DEEP)

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_parts: object) -> None:
        raise refused(NO_TYPES)

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as problem:
        raise refused(_with_line(getattr(problem, "lineno", 1))) from problem


def _with_line(line: int | None) -> Message:
    return Message(BROKEN.text, {"line": line or 1})
