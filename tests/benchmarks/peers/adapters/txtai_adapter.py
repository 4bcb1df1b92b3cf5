"""txtai as its documentation shows it: an index of sentences, and the RAG pipeline over it."""

import os
import re

import lines
from txtai import LLM, RAG, Embeddings

TEMPLATE = """Answer the following question using only the context below. Only include information \
specifically discussed. If the context does not hold the answer, say that you don't know.

question: {question}
context: {context}"""

embeddings = Embeddings(path=os.environ["EMBEDDER"], content=True, gpu=False)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
rag = RAG(
    embeddings,
    LLM("openai/local", api_base=os.environ["MODEL_URL"], api_key="none"),
    context=10,
    output="flatten",
    template=TEMPLATE,
    system="You are a friendly assistant.",
)


def add(articles):
    embeddings.index(sentence for article in articles for sentence in SENTENCE_END.split(article["text"]))


def ask(question, day):
    yield from rag(question, maxlength=200, stream=True, temperature=0)


lines.serve(add, ask)
