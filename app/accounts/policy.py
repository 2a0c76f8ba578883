"""Who may do what with an account."""

from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny


def can_ask_for_link(actor: Actor) -> Permission:
    """Anybody, signed in or not: the answer goes to the address, not to who asks."""
    return ALLOW


def can_have_tokens(actor: Actor) -> Permission:
    """Somebody with an account; the bearer of a code has one contribution and nothing else."""
    return ALLOW if actor.account_id is not None else deny(_("Sign in with an account to use tokens."))


def can_sign_out_everywhere(actor: Actor) -> Permission:
    """Somebody with an account; the bearer of a code leaves by the page of the contribution."""
    return ALLOW if actor.account_id is not None else deny(_("Please sign in first."))


def can_register(actor: Actor) -> Permission:
    """The portal itself: people open their own accounts."""
    return ALLOW if actor.is_system else deny(_("People open their own accounts."))
