"""The champion's word for the tagging of tickets: the same answer, counts and audit that /classify gives."""

from ecomintent.serving.answering import answer
from ecomintent.serving.routing import Level
from ecomintent.serving.service import Service
from ecomintent.tagging.records import Classified, NotReady
from ecomintent.tagging.tagger import Ask


def champion_of(service: Service) -> Ask:
    """Asks whatever release answers at that moment."""

    def ask(text: str, key: str) -> Classified:
        serving = service.holder.now.serving
        if serving is None:
            raise NotReady("no release answers yet; GET /ready says why")
        told = answer(text, serving.loaded, service.table, None)
        level, version = told.route.confidence, serving.loaded.version
        service.metrics.ticket(intent=told.best, confidence=level.value, version=version, truncated=told.truncated)
        service.shadow.offer(key, told, serving.loaded)
        return Classified(
            intent=told.best,
            confidence=told.confidence,
            sure=level is Level.HIGH,
            version=version,
            audited=service.picks.offer(key, told, serving.loaded),
        )

    return ask
