"""LangChain's RAG tutorial: chunks of 1,000 characters, 200 of them shared, the nearest four, one prompt."""

import os

import lines
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_openai import ChatOpenAI
from langchain_text_splitters import RecursiveCharacterTextSplitter

PROMPT = """You answer questions from the context below, in at most three short sentences. \
If the context does not hold the answer, say that you don't know.

Context:
{context}"""
BATCH = 5_000

splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
store = Chroma(embedding_function=HuggingFaceEmbeddings(model_name=os.environ["EMBEDDER"]))
model = ChatOpenAI(
    model="local", base_url=os.environ["MODEL_URL"], api_key="none", temperature=0, max_tokens=200
)


def add(articles):
    chunks = splitter.split_documents([Document(article["text"]) for article in articles])
    for start in range(0, len(chunks), BATCH):
        store.add_documents(chunks[start : start + BATCH])


def ask(question, day):
    context = "\n\n".join(found.page_content for found in store.similarity_search(question, k=4))
    for chunk in model.stream([("system", PROMPT.format(context=context)), ("human", question)]):
        yield str(chunk.text)


lines.serve(add, ask)
