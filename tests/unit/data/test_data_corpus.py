import pytest

from ecomintent.data.corpus import CorpusRow, read_corpus, write_corpus
from ecomintent.errors import InputError
from ecomintent.records import Refused


def write(tmp_path, text, name="base.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("column", ["intent", "label"])
def test_texts_with_our_intents_are_taken(tmp_path, column):
    path = write(tmp_path, f"text,{column},source\nwhere is it,WISMO,chat\nhello,OTHER,\n")

    taken, refused = read_corpus(path, source_map=None)

    assert taken == [CorpusRow("where is it", "WISMO", "chat"), CorpusRow("hello", "OTHER", "base.csv")]
    assert refused == []


def test_the_customer_s_part_of_question_and_answer_data_is_the_text(tmp_path):
    path = write(tmp_path, "instruction,response,intent\nwhere is it,on its way,WISMO\n")

    taken, _ = read_corpus(path, source_map=None)

    assert taken == [CorpusRow("where is it", "WISMO", "base.csv")]


def test_another_source_s_labels_go_through_its_map(tmp_path):
    path = write(tmp_path, '{"text": "where is it", "intent": "Track_Order"}\n', "base.jsonl")

    taken, _ = read_corpus(path, source_map="ecomintent")

    assert taken == [CorpusRow("where is it", "WISMO", "base.jsonl")]


def test_an_unmapped_label_is_refused_and_never_other(tmp_path):
    path = write(tmp_path, "id,text,label\n7,change it,change_order\n8,where,track_order\n")

    taken, refused = read_corpus(path, source_map="ecomintent")

    assert [row.intent for row in taken] == ["WISMO"]
    reason = "'change_order' is not in the map 'ecomintent' (version 1)"
    assert refused == [Refused(file="base.csv", line=2, ticket_id="7", reason=reason, excerpt="change it")]


def test_every_refusal_says_why_and_on_which_line(tmp_path):
    path = write(tmp_path, 'text,intent\n" ",WISMO\nhi,\nback,RETURN\nhm,zzz\nok,OTHER\na,b,c\n')

    _, refused = read_corpus(path, source_map=None)

    assert [(row.line, row.reason) for row in refused] == [
        (2, "the text is empty"),
        (3, "the label is empty"),
        (4, "'RETURN' is not one of the intents; did you mean 'RETURN_REQUEST'?"),
        (5, "'zzz' is not one of the intents; is it another source's label? Then name its map"),
        (7, "3 cells where the header has 2; quote a text that holds a delimiter"),
    ]


def test_a_file_without_the_columns_is_refused_as_a_whole(tmp_path):
    path = write(tmp_path, "where is it,WISMO\nhello,OTHER\n")

    with pytest.raises(InputError, match="found the columns where is it, WISMO; 'text' and 'intent'"):
        read_corpus(path, source_map=None)


def test_a_file_of_refused_rows_only_does_not_become_an_empty_corpus(tmp_path):
    path = write(tmp_path, '{"message": "where is it"}\n{"message": "hello"}\n', "base.jsonl")

    with pytest.raises(InputError, match="none of 2 rows can be used; line 1: the text is empty"):
        read_corpus(path, source_map=None)


def test_a_header_alone_is_no_corpus(tmp_path):
    with pytest.raises(InputError, match="there is no row below the header"):
        read_corpus(write(tmp_path, "text,intent\n"), source_map=None)


def test_an_unknown_map_names_those_there_are(tmp_path):
    with pytest.raises(InputError, match="no such map; there are seed, ecomintent"):
        read_corpus(write(tmp_path, "text,intent\na,b\n"), source_map="bitext")


def test_equal_rows_in_any_order_give_equal_bytes(tmp_path):
    rows = [CorpusRow("b", "WISMO", "s"), CorpusRow("a", "OTHER", "s"), CorpusRow("a", "OTHER", "s")]

    first = write_corpus(rows, tmp_path / "1.parquet")
    second = write_corpus(reversed(rows), tmp_path / "2.parquet")

    assert first == second
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
