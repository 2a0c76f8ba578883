"""What comes in."""

from app.platform.forms import Input
from app.work.models import Every


class DigestInput(Input):
    """How often somebody wants to be told by e-mail what waits."""

    every: Every
