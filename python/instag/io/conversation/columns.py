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
# Prompts may be conversations too, of which the answer is in another column.
ASKED = ("prompt", "input", "question", "query", "instruction")
ROLES = ("role", "from")
CONTENTS = ("content", "value")
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
)
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
# A context is what was said before only where it is a conversation.
CONTEXT = "context"
SYSTEMS = ("system", "system_prompt", "system_message", "meta_instruction", "system_instruction", "systeminstruction")
ALPACA = {
    "query": ("instruction",),
    "input": ("input", "context"),
    "answer": OUTPUTS,
    "system": SYSTEMS,
    "history": HISTORIES,
}
PAIRS = {
    "question": (*OUTPUTS, "answers", "solution"),
    "problem": ("solution", *OUTPUTS),
    "prompt": (*OUTPUTS, "chosen"),
    "query": (*OUTPUTS, "answers"),
    "input": (*OUTPUTS, "target"),
    "inputs": (*OUTPUTS, "targets", "outputs"),
    "input_text": OUTPUTS,
    "request": OUTPUTS,
    "user_prompt": OUTPUTS,
    "user_query": OUTPUTS,
    "user_input": OUTPUTS,
    "user_message": (*OUTPUTS, "assistant_message"),
    "inputs_pretokenized": ("targets_pretokenized",),
    "q": ("a", "answer"),
    "user": ("assistant", "bot"),
    "human": ("assistant", "bot", "gpt"),
}
PROMPTS = ("prompt", "instruction", "question", "query", "text", "problem", "input", "inputs", "input_text")
# A text beside other layouts may be anything; a prompt of these names is one.
TELLING = ("prompt", "instruction", "question", "query", "problem")
ALTERNATIVES = ("chosen", "rejected")
