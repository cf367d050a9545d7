"""The corrections home as one: its API, its pages, what works beside them."""

from fastapi import APIRouter

from ecomintent.serving import corrections_api, desk_pages, sign_in_pages, status_pages
from ecomintent.serving.deciding import Deciding
from ecomintent.serving.desk import Desk
from ecomintent.serving.label_ports import Accounts, Standing
from ecomintent.serving.ports import Releases
from ecomintent.serving.service import Service


def routers(
    service: Service, desk: Desk, *, accounts: Accounts, standing: Standing, releases: Releases, deciding: Deciding
) -> list[APIRouter]:
    """What `app.create_app` takes as further pages."""
    beside = APIRouter(lifespan=desk.lifespan)
    board = status_pages.Board(service=service, desk=desk, standing=standing, releases=releases, deciding=deciding)
    return [
        beside,
        corrections_api.router(desk, service.door),
        sign_in_pages.router(desk.sessions, accounts),
        desk_pages.router(desk),
        status_pages.router(board),
    ]
