"""Names of columns, in lower case: what plays which part in a conversation, by all the names in use."""

CHATS = (
    "messages",
    "conversations",
    "conversation",
    "turns",
    "dialog",
    "dialogs",
    "dialogue",
    "dialogues",
    "chat",
    "chat_messages",
    "contents",
    "items",
    "thread",
    "mapping",
    "data",
)
# Lists of turns have these names too; lists of texts may have them for other reasons.
TURNS = (
    "utterances",
    "texts",
    "rounds",
    "trajectory",
    "trajectories",
    "interactions",
    "exchanges",
    "qa_pairs",
    "qas",
    "transcript",
    "chunks",
    "events",
)
# Prompts may also be conversations whose answer is in another column.
ASKED = ("prompt", "input", "question", "query", "instruction", "user_input", "inputs")
OUTPUTS = (
    "output",
    "response",
    "completion",
    "answer",
    "generation",
    "output_text",
    "reply",
    "assistant_response",
    "model_response",
    "model_output",
    "generated_text",
    "generated_solution",
    "ideal",
)
# Names of the right answer, if no other column is an answer.
RIGHT = ("best_answer", "correct_answer", "canonical_solution", "answers", "long_answer")
# Logs of a server keep what was asked and what was answered in two records of these names.
EXCHANGED = (("inputs", "outputs"), ("input", "output"), ("request", "response"), ("request_body", "response_body"))
HISTORIES = (
    "history",
    "chat_history",
    "conversation_history",
    "dialog_history",
    "dialogue_history",
    "message_history",
    "previous_turns",
    "previous_messages",
)
# A context holds earlier turns only if it is a conversation.
CONTEXT = "context"
SYSTEMS = (
    "system",
    "system_prompt",
    "system_message",
    "meta_instruction",
    "system_instruction",
    "systemprompt",
    "systeminstruction",
    "preamble",
)
ALPACA = {
    "query": ("instruction",),
    "input": ("input", "context", "inputs"),
    "answer": (*OUTPUTS, "outputs"),
    "system": SYSTEMS,
    "history": HISTORIES,
}
PAIRS = {
    "question": (*OUTPUTS, "solution", *RIGHT),
    "problem": ("solution", *OUTPUTS, *RIGHT),
    "prompt": (*OUTPUTS, "chosen", *RIGHT),
    "query": (*OUTPUTS, "answers"),
    "input": (*OUTPUTS, "target"),
    "inputs": (*OUTPUTS, "targets", "outputs"),
    "input_text": OUTPUTS,
    "text_input": OUTPUTS,
    "request": OUTPUTS,
    "user_prompt": OUTPUTS,
    "user_query": OUTPUTS,
    "user_input": OUTPUTS,
    "user_message": (*OUTPUTS, "assistant_message"),
    "inputs_pretokenized": ("targets_pretokenized",),
    "q": ("a", "answer"),
    "user": ("assistant", "bot"),
    "human": ("assistant", "bot", "gpt"),
    "message_1": ("message_2",),
    "goal": ("target",),
    "context": ("response", "reply"),
    "question_stem": ("answer",),
    "questions": ("answers",),
    "\u95ee\u9898": ("\u56de\u7b54", "\u7b54\u6848"),
}
# Names of the answers that a question lets one choose from.
CHOICES = ("choices", "options", "endings")
CHOOSING = ("question", "question_stem", "problem", "query", "input", "q")
CHOSEN = ("answer", "answerkey", "answer_key", "answer_idx", "answer_index", "label", "target", "correct", "gold")
# Code is an answer if there are tests for it.
TESTS = ("test_list", "test", "tests")
PROMPTS = ("prompt", "instruction", "question", "query", "text", "problem", "input", "inputs", "input_text")
# Beside another layout, a column `text` or `input` may be anything; a column of these names is a prompt.
TELLING = ("prompt", "instruction", "question", "query", "problem")
ALTERNATIVES = ("chosen", "rejected")
# Other names of preferred and rejected answers, which are not conversations by themselves.
PREFERRED = (*ALTERNATIVES, "preferred_output", "non_preferred_output", "rejected_messages", "chosen_messages")
# Columns of text that may hold lists of the user's prompts, as JSON.
LISTED = ("prompt", "prompts", "turns", "questions")
# Columns that say who sent a message of a chat between people, and when.
SENDERS = ("user", "author", "sender", "speaker", "username", "user_id", "author_id", "sender_name", "from")
SENT_AT = {"ts", "timestamp", "date", "datetime", "created_at", "thread_ts", "sent_at"}
# Tables of messages, which have a row for each: who speaks.
TABLE_SPEAKERS = ("role", "from", "speaker", "speaker_id", "speaker_idx", "sender", "author", "type")
# Those of these names that always mean a speaker: then anybody may speak, if the conversations have names.
TABLE_PEOPLE = TABLE_SPEAKERS[:5]
# What was said.
TABLE_WORDS = ("content", "value", "text", "message", "utterance", "body", "mes", "prompt")
# Records that hold a message within its row.
TABLE_RECORDS = ("message", "payload")
# The rest are compared without underscores. The conversation that a message belongs to:
TABLE_GROUPS = {
    "conversationid",
    "convid",
    "conversationhash",
    "conversation",
    "conv",
    "dialogid",
    "dialogueid",
    "dialog",
    "dialogue",
    "sessionid",
    "session",
    "threadid",
    "thread",
    "chatid",
    "chat",
}
# Its place in the conversation, or else its time:
TABLE_ORDERS = {
    "turn",
    "turnid",
    "turnidx",
    "turnindex",
    "turnnumber",
    "utteranceid",
    "utteranceidx",
    "messageindex",
    "messageidx",
    "index",
    "idx",
    "position",
    "seq",
    "sequence",
    "order",
}
TABLE_MOMENTS = ("timestamp", "createdat", "createtime", "time", "ts", "date")
# Its name, and that of the message before it:
TABLE_PARENTS = {"uuid": "parentuuid", "messageid": "parentid", "id": "parentid"}
