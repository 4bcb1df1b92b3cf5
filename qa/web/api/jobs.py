"""Operations on jobs: list, get, cancel."""

from __future__ import annotations

from fastapi import APIRouter

from qa.schemas import Job
from qa.web.api.openapi_examples import JOB, example
from qa.web.errors.openapi import problem_responses
from qa.web.jobs import JobQueue


def create_router(queue: JobQueue) -> APIRouter:
    """/jobs and below."""
    router = APIRouter()

    @router.get("/jobs", summary="List jobs", responses=example({"jobs": [JOB]}))
    def list_jobs() -> dict[str, tuple[Job, ...]]:
        """Returns the jobs, newest first. The last hundred finished ones are kept for an hour."""
        return {"jobs": queue.all()}

    @router.get("/jobs/{job_id}", summary="Get a job", responses=example(JOB) | problem_responses(404, 422))
    def get_job(job_id: str) -> Job:
        """Returns the job's progress. The outcomes it reports are stored, whatever happens afterwards."""
        return queue.get(job_id)

    @router.delete(
        "/jobs/{job_id}",
        summary="Cancel a job",
        responses=example(JOB | {"status": "cancelled"}) | problem_responses(404, 422),
    )
    def cancel_job(job_id: str) -> Job:
        """Stops a job after the articles it is storing. Those already added stay. A finished job does not
        change.
        """
        return queue.cancel(job_id)

    return router
