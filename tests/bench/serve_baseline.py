"""The public baseline's way of serving, to be measured beside ours: a transformers pipeline in a FastAPI application.

    python -m tests.bench.serve_baseline RELEASE [--way direct]

One process of uvicorn, torch with the threads it chooses itself, the torch weights of the release folder in 32 bits.
`direct` calls the pipeline in the coroutine, one ticket after the other, each on all cores; `threads` calls it in the
framework's threads, several tickets at a time. Prints its address as JSON at once, answers when the weights are loaded.
"""

import argparse
import json
import sys
import time
import uuid
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

WAYS: Final = ("direct", "threads")
THRESHOLD: Final = 0.7


class Asked(BaseModel):
    """One ticket."""

    text: Annotated[str, Field(min_length=1)]
    threshold: Annotated[float, Field(ge=0, le=1)] = THRESHOLD


def create_app(folder: Path, way: str) -> Any:
    """The application; loads the weights."""
    import torch
    from fastapi import FastAPI
    from transformers import pipeline

    made = pipeline("text-classification", model=str(folder), device="cpu", dtype=torch.float32, top_k=None)
    app = FastAPI()

    def answer(asked: Asked) -> dict[str, Any]:
        started = time.perf_counter()
        scores = {one["label"]: round(one["score"], 4) for one in made([asked.text], truncation=True)[0]}
        best = max(scores, key=lambda name: scores[name])
        below = scores[best] < asked.threshold
        return {
            "intent": "OTHER" if below else best,
            "confidence": scores[best],
            "scores": scores,
            "below_threshold": below,
            "request_id": str(uuid.uuid4()),
            "latency_ms": round(1000 * (time.perf_counter() - started), 2),
        }

    async def direct(asked: Asked) -> dict[str, Any]:
        return answer(asked)

    app.post("/classify")(direct if way == "direct" else answer)
    return app


def main() -> int:
    """Listen, load, answer until a signal."""
    import uvicorn

    from ecomintent.serving.running import listen

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("--way", choices=WAYS, default=WAYS[0])
    asked = parser.parse_args()
    opened = listen("127.0.0.1", 0)
    print(json.dumps({"url": f"http://127.0.0.1:{opened.getsockname()[1]}"}), flush=True)
    # Its line for each request would fill the pipe that nobody empties, and cost it time besides.
    config = uvicorn.Config(create_app(asked.release, asked.way), access_log=False)
    uvicorn.Server(config).run(sockets=[opened])
    return 0


if __name__ == "__main__":
    sys.exit(main())
