import pytest

from app.organisations import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amis d'Orsa", "Amis d’Orsa"),
        ("Amis d'Orsa", "AMIS  dʼOrsa "),
        ("Amis d'Orsa", "Amis d´Orsa"),
        ("Port-Watch", "Port‐Watch"),
        ("Port-Watch", "Port‑Watch"),
        ("Port-Watch", "Port–Watch"),
        ("جمعية المرفأ", "\u202bجمعية المرفأ\u202c"),
        ("جمعية المرفأ", "جمعية\u200f المرفأ"),
        ("Quayside", "Quay\u00adside"),
        ("Quayside", "Ｑｕａｙside"),
        ("Réseau", "Re\u0301seau"),
        ("Port Watch", "Port\u00a0Watch"),
        ("Straße", "STRASSE"),
    ],
)
def test_names_that_read_alike_are_the_same(one: str, other: str) -> None:
    assert names.same(one) == names.same(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Port Watch", "Port Watches"), ("Réseau", "Reseau"), ("Port-Watch", "Portwatch")]
)
def test_names_that_read_otherwise_are_not(one: str, other: str) -> None:
    assert names.same(one) != names.same(other)


def test_a_name_is_kept_as_it_was_typed_but_for_what_nobody_sees() -> None:
    assert names.tidy(" ＡＢ\u200f  d’Orsa\u00ad ") == "ＡＢ d’Orsa"
    assert names.tidy("می\u200cخواهم") == "می\u200cخواهم"
