"""E-mail addresses: one form for each, in whatever script and on whatever keyboard they are typed."""

import pytest
from pydantic import ValidationError

from app.accounts.schemas import NOT_AN_ADDRESS, NOT_YET, ResetInput
from app.platform.forms import sentences


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Amal@Example.ORG ", "amal@example.org"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("a@STRASSE.example", "a@strasse.example"),
        ("a@βόλος.example", "a@xn--nxasmm1c.example"),
        ("a@نامه\u200cای.example", "a@xn--mgba3gch31f060k.example"),
        ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("a@例え。テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("ｎａｍｅ＠example.org", "name@example.org"),
        ("o'neil+un_dc.x@example.org", "o'neil+un_dc.x@example.org"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert ResetInput(email=typed).email == kept


@pytest.mark.parametrize(
    "typed",
    [
        "amal",
        "@example.org",
        "a@b",
        "a b@example.org",
        "a@exa mple.org",
        "a@-example.org",
        "a@example..org",
        "a@exam\u200cple.org",
        "a@b@example.org",
        "a@" + "x" * 64 + ".org",
        "a@\u202eexample.org",
        "a@xn--\u00df.org",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ResetInput(email=typed)
    assert sentences(refused.value) == {"email": NOT_AN_ADDRESS}


@pytest.mark.parametrize("typed", ["josé@example.org", "амал@example.org", "أمل@example.org"])
def test_letters_beyond_ascii_before_the_at_are_refused_in_words(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ResetInput(email=typed)
    assert sentences(refused.value) == {"email": NOT_YET}
