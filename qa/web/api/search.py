"""Search for passages."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from qa.assistant import Assistant
from qa.web.api.openapi_examples import PASSAGE, example
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import SearchRequest, SearchResponse, json_body


def create_router(assistant: Assistant) -> APIRouter:
    """/search."""
    router = APIRouter(
        dependencies=[Depends(json_body)], responses=problem_responses(400, 409, 413, 415, 422)
    )

    @router.post(
        "/search",
        summary="Search for passages",
        response_description="The best passages, best first",
        responses=example({"hits": [PASSAGE]}),
    )
    def search(body: SearchRequest) -> SearchResponse:
        """Searches without a language model. `score`, from 0 to 1, ranks the hits of one search."""
        filters = body.filters.to_filters(body.as_of)
        hits = assistant.search(body.query, k=body.k, filters=filters, collection=body.collection)
        return SearchResponse(hits=hits)

    return router
