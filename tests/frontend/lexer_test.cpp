#include "frontend/lexer.h"

#include <gtest/gtest.h>

#include <wick/support/error.h>

namespace wick::jit {
namespace {

std::string kinds(const std::string& text) {
    std::string out;
    for (const Token& token : tokenize(std::make_shared<Source>(text, "t")).tokens) {
        if (!out.empty()) out += ' ';
        out += token_text(token.kind);
    }
    return out;
}

std::string sentence(const std::string& text) {
    try {
        tokenize(std::make_shared<Source>(text, "t"));
    } catch (const CompileError& error) {
        return error.sentence();
    }
    return "";
}

TEST(Lexer, IndentsAndDedents) {
    EXPECT_EQ(kinds("if a:\n  b\n  if c:\n    d\ne\n"),
              "if ident : newline indent ident newline if ident : newline indent ident newline dedent dedent ident "
              "newline eof");
    EXPECT_EQ(kinds("if a:\n\tb"), "if ident : newline indent ident newline dedent eof");
}

TEST(Lexer, IgnoresEmptyLinesAndComments) {
    EXPECT_EQ(kinds("\n  # note\na # b\n\n      \nc"), "ident newline ident newline eof");
    EXPECT_EQ(kinds(""), "eof");
    EXPECT_EQ(kinds("# only"), "eof");
    EXPECT_EQ(kinds("a\r\nb\r\n"), "ident newline ident newline eof");
}

TEST(Lexer, JoinsLinesInBracketsAndAfterBackslash) {
    EXPECT_EQ(kinds("f(a,\n   b)\n"), "ident ( ident , ident ) newline eof");
    EXPECT_EQ(kinds("a = \\\n  b\n"), "ident = ident newline eof");
}

TEST(Lexer, TakesTheLongestOperator) {
    EXPECT_EQ(kinds("a **= b // c -> ... << >>= !="), "ident **= ident // ident -> ... << >>= != newline eof");
}

TEST(Lexer, ReadsNumbersAndStrings) {
    EXPECT_EQ(kinds("1 0x1F 1. .5 1e-5 2j 1_000 x1"),
              "number number number number number number number ident newline eof");
    EXPECT_EQ(kinds("'a' \"b\\\"\" r'\\d' '''c\n'd''' f\"{x}\""),
              "string_literal string_literal string_literal string_literal string_literal newline eof");
}

TEST(Lexer, FindsTypeComments) {
    const TokenList list = tokenize(std::make_shared<Source>("def f(a):\n  # type: (int) -> int\n  return a\n", "t"));
    ASSERT_EQ(list.type_comments.size(), 1u);
    EXPECT_EQ(list.type_comments[0].begin, 19);
}

TEST(Lexer, RefusesWhatIsNoToken) {
    EXPECT_EQ(sentence("a = $b"), "unexpected character here:");
    EXPECT_EQ(sentence("a = 'b"), "unterminated string literal");
    EXPECT_EQ(sentence("'''a"), "unterminated string literal");
    EXPECT_EQ(sentence("a)"), "unmatched ')' here:");
    EXPECT_EQ(sentence("(a]"), "unmatched ']' here:");
    EXPECT_EQ(sentence("if a:\n    b\n  c\n"), "invalid indent level");
    EXPECT_EQ(sentence("12ab"), "invalid number literal");
}

}  // namespace
}  // namespace wick::jit
