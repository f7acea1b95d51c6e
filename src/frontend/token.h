#pragma once
// The tokens of the language: Python's, with its spelling and precedence.

#include <cstdint>
#include <string_view>

namespace wick::jit {

// Tokens without a fixed spelling. (name, how messages call it)
#define WICK_FORALL_TOKEN_CLASSES(_) \
    _(EndOfFile, "eof")              \
    _(Newline, "newline")            \
    _(Indent, "indent")              \
    _(Dedent, "dedent")              \
    _(Identifier, "ident")           \
    _(Number, "number")              \
    _(String, "string_literal")

// (name, spelling)
#define WICK_FORALL_KEYWORDS(_) \
    _(False_, "False")          \
    _(None_, "None")            \
    _(True_, "True")            \
    _(And, "and")               \
    _(As, "as")                 \
    _(Assert, "assert")         \
    _(Async, "async")           \
    _(Await, "await")           \
    _(Break, "break")           \
    _(Class, "class")           \
    _(Continue, "continue")     \
    _(Def, "def")               \
    _(Del, "del")               \
    _(Elif, "elif")             \
    _(Else, "else")             \
    _(Except, "except")         \
    _(Finally, "finally")       \
    _(For, "for")               \
    _(From, "from")             \
    _(Global, "global")         \
    _(If, "if")                 \
    _(Import, "import")         \
    _(In, "in")                 \
    _(Is, "is")                 \
    _(Lambda, "lambda")         \
    _(Nonlocal, "nonlocal")     \
    _(Not, "not")               \
    _(Or, "or")                 \
    _(Pass, "pass")             \
    _(Raise, "raise")           \
    _(Return, "return")         \
    _(Try, "try")               \
    _(While, "while")           \
    _(With, "with")             \
    _(Yield, "yield")

// (name, spelling). The lexer takes the longest that fits.
#define WICK_FORALL_PUNCTUATION(_) \
    _(LeftParen, "(")              \
    _(RightParen, ")")             \
    _(LeftBracket, "[")            \
    _(RightBracket, "]")           \
    _(LeftBrace, "{")              \
    _(RightBrace, "}")             \
    _(Comma, ",")                  \
    _(Colon, ":")                  \
    _(Semicolon, ";")              \
    _(Dot, ".")                    \
    _(Ellipsis, "...")             \
    _(At, "@")                     \
    _(Arrow, "->")                 \
    _(Assign, "=")                 \
    _(Walrus, ":=")                \
    _(Plus, "+")                   \
    _(Minus, "-")                  \
    _(Star, "*")                   \
    _(Slash, "/")                  \
    _(DoubleSlash, "//")           \
    _(Percent, "%")                \
    _(DoubleStar, "**")            \
    _(Pipe, "|")                   \
    _(Ampersand, "&")              \
    _(Caret, "^")                  \
    _(Tilde, "~")                  \
    _(ShiftLeft, "<<")             \
    _(ShiftRight, ">>")            \
    _(Less, "<")                   \
    _(Greater, ">")                \
    _(LessEqual, "<=")             \
    _(GreaterEqual, ">=")          \
    _(Equal, "==")                 \
    _(NotEqual, "!=")              \
    _(PlusAssign, "+=")            \
    _(MinusAssign, "-=")           \
    _(StarAssign, "*=")            \
    _(SlashAssign, "/=")           \
    _(DoubleSlashAssign, "//=")    \
    _(PercentAssign, "%=")         \
    _(DoubleStarAssign, "**=")     \
    _(PipeAssign, "|=")            \
    _(AmpersandAssign, "&=")       \
    _(CaretAssign, "^=")           \
    _(AtAssign, "@=")              \
    _(ShiftLeftAssign, "<<=")      \
    _(ShiftRightAssign, ">>=")

// Operators of two words, made by the parser out of two tokens. (name, spelling)
#define WICK_FORALL_COMPOUND_OPERATORS(_) \
    _(NotIn, "not in")                    \
    _(IsNot, "is not")

enum class TokenKind : uint8_t {
#define _(name, text) name,
    WICK_FORALL_TOKEN_CLASSES(_) WICK_FORALL_KEYWORDS(_) WICK_FORALL_PUNCTUATION(_) WICK_FORALL_COMPOUND_OPERATORS(_)
#undef _
};

/// Spelling of the token, or the name of its class.
std::string_view token_text(TokenKind kind);
/// The keyword spelled so, or Identifier.
TokenKind keyword_or_identifier(std::string_view text);
bool is_keyword(TokenKind kind);
/// The longest punctuation that `rest` starts with; EndOfFile when there is none.
TokenKind match_punctuation(std::string_view rest);

/// Byte range [begin, end) of the source.
struct Token {
    TokenKind kind = TokenKind::EndOfFile;
    int64_t begin = 0;
    int64_t end = 0;
};

}  // namespace wick::jit
