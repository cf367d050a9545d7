"""What an operator says of one source, as its connector is given it."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made

from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One source: where it is, who we are there, and which field holds the intent."""

    kind: str
    account: str
    url: str
    """Of the account, without a path: https://acme.zendesk.com."""
    token: Secret
    user: str = ""
    """Where the service wants one beside the token."""
    field: str = ""
    """The intent field: an id, a name or a tag prefix, as docs/connect.md says for each kind."""
    ours: frozenset[str] = frozenset()
    """Ids of the accounts that write our answers back: what they set is never a correction."""
    options: Mapping[str, str] = made(default_factory=dict)
    """What only this kind needs."""

    @property
    def name(self) -> str:
        """As it stands in messages."""
        return f"{self.kind}:{self.account}"

    def option(self, name: str) -> str:
        """A value only this kind needs.

        Raises:
            InputError: it was not given.
        """
        if not self.options.get(name):
            raise InputError(f"`{name}` is absent; a source of kind {self.kind} needs it", where=self.name)
        return self.options[name]
