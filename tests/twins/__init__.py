"""Local doubles of the vendors' APIs, with their traps."""

from tests.twins.argilla import ArgillaTwin
from tests.twins.freshdesk import FreshdeskTwin
from tests.twins.gorgias import GorgiasTwin
from tests.twins.intercom import IntercomTwin
from tests.twins.label_studio import LabelStudioTwin
from tests.twins.plain import PlainTwin
from tests.twins.twin import Twin
from tests.twins.zendesk import ZendeskTwin

TWINS: list[type[Twin]] = [
    PlainTwin,
    ZendeskTwin,
    GorgiasTwin,
    FreshdeskTwin,
    IntercomTwin,
    LabelStudioTwin,
    ArgillaTwin,
]
