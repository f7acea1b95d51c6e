#include "frontend/lexer.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>

#include <wick/support/error.h>

namespace wick::jit {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80); }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

class Lexer {
 public:
    Lexer(const std::shared_ptr<const Source>& source, size_t begin, size_t end)
        : source_(source), text_(std::string_view(source->text()).substr(0, end)), at_(begin) {}

    TokenList run(bool expression) {
        bool at_line_start = !expression;
        // As between parentheses.
        if (expression) brackets_.push_back(TokenKind::EndOfFile);
        while (true) {
            if (at_line_start && brackets_.empty()) {
                if (!start_line()) break;
                at_line_start = false;
            }
            skip_blanks();
            const char c = peek();
            if (at_ == text_.size()) break;
            if (c == '#') {
                skip_comment();
            } else if (c == '\n' || c == '\r') {
                if (brackets_.empty()) {
                    add(TokenKind::Newline, at_, at_ + 1);
                    at_line_start = true;
                }
                skip_line_end();
            } else {
                lex_token();
            }
        }
        return finish();
    }

 private:
    char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    void add(TokenKind kind, size_t begin, size_t end) {
        out_.tokens.push_back({kind, static_cast<int64_t>(begin), static_cast<int64_t>(end)});
    }
    [[noreturn]] void fail(size_t begin, size_t end, const std::string& message) const {
        throw CompileError(SourceRange(source_, static_cast<int64_t>(begin), static_cast<int64_t>(end)), message);
    }

    void skip_line_end() {
        if (peek() == '\r') ++at_;
        if (peek() == '\n') ++at_;
    }

    // Spaces and joined lines.
    void skip_blanks() {
        while (true) {
            const char c = peek();
            if (c == ' ' || c == '\t' || c == '\f') {
                ++at_;
            } else if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
                ++at_;
                skip_line_end();
            } else {
                return;
            }
        }
    }

    void skip_comment() {
        const size_t begin = at_;
        at_ = std::min(text_.find('\n', at_), text_.size());
        static constexpr std::string_view kMark = "type:";
        size_t word = begin + 1;
        while (word < at_ && text_[word] == ' ') ++word;
        if (text_.substr(word, at_ - word).starts_with(kMark)) {
            out_.type_comments.push_back(
                {TokenKind::String, static_cast<int64_t>(word + kMark.size()), static_cast<int64_t>(at_)});
        }
    }

    // Passes empty lines, then opens and closes blocks by the column of the next one. False at the end of the text.
    bool start_line() {
        while (true) {
            size_t column = 0;
            for (; peek() == ' ' || peek() == '\t' || peek() == '\f'; ++at_) {
                if (text_[at_] == '\f') {
                    column = 0;
                } else {
                    column = text_[at_] == '\t' ? (column / 8 + 1) * 8 : column + 1;
                }
            }
            if (at_ == text_.size()) return false;
            if (peek() == '#') skip_comment();
            if (peek() == '\n' || peek() == '\r') {
                skip_line_end();
                continue;
            }
            if (at_ == text_.size()) return false;
            indent_to(column);
            return true;
        }
    }

    void indent_to(size_t column) {
        if (column > columns_.back()) {
            columns_.push_back(column);
            add(TokenKind::Indent, at_, at_);
            return;
        }
        while (column < columns_.back()) {
            columns_.pop_back();
            add(TokenKind::Dedent, at_, at_);
        }
        if (column != columns_.back()) fail(at_, at_ + 1, "invalid indent level");
    }

    void lex_token() {
        const size_t begin = at_;
        const char c = peek();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return lex_number();
        if (c == '\'' || c == '"') return lex_string(begin);
        if (is_letter(c)) {
            while (is_word(peek())) ++at_;
            const std::string_view word = text_.substr(begin, at_ - begin);
            if ((peek() == '\'' || peek() == '"') && is_string_prefix(word)) {
                return lex_string(begin);
            }
            return add(keyword_or_identifier(word), begin, at_);
        }
        const TokenKind kind = match_punctuation(text_.substr(at_, 3));
        if (kind == TokenKind::EndOfFile) fail(begin, begin + 1, "unexpected character here:");
        at_ += token_text(kind).size();
        add(kind, begin, at_);
        track_brackets(kind, begin);
    }

    void track_brackets(TokenKind kind, size_t begin) {
        const auto close = [&](TokenKind opening) {
            if (brackets_.empty() || brackets_.back() != opening) {
                fail(begin, at_, fmt::format("unmatched '{}' here:", token_text(kind)));
            }
            brackets_.pop_back();
        };
        switch (kind) {
            case TokenKind::LeftParen:
            case TokenKind::LeftBracket:
            case TokenKind::LeftBrace:
                brackets_.push_back(kind);
                break;
            case TokenKind::RightParen:
                close(TokenKind::LeftParen);
                break;
            case TokenKind::RightBracket:
                close(TokenKind::LeftBracket);
                break;
            case TokenKind::RightBrace:
                close(TokenKind::LeftBrace);
                break;
            default:
                break;
        }
    }

    static bool is_string_prefix(std::string_view word) {
        if (word.size() > 2) return false;
        const auto has = [&](char lower) {
            return std::count(word.begin(), word.end(), lower) + std::count(word.begin(), word.end(), lower - 32);
        };
        const auto known = has('r') + has('f') + has('b') + has('u');
        return known == static_cast<int64_t>(word.size()) && (word.size() == 1 || (has('r') == 1 && has('u') == 0));
    }

    void lex_string(size_t begin) {
        const char quote = peek();
        const bool triple = peek(1) == quote && peek(2) == quote;
        at_ += triple ? 3 : 1;
        while (true) {
            if (at_ >= text_.size() || (!triple && peek() == '\n')) {
                fail(begin, at_, "unterminated string literal");
            }
            if (peek() == '\\') {
                // Raw or not, a backslash keeps the next quote from ending the string.
                at_ += peek(1) == '\r' && peek(2) == '\n' ? 3 : 2;
            } else if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) {
                at_ += triple ? 3 : 1;
                break;
            } else {
                ++at_;
            }
        }
        add(TokenKind::String, begin, at_);
    }

    void lex_number() {
        const size_t begin = at_;
        const auto digits = [&](auto accept) {
            while (accept(peek()) || (peek() == '_' && accept(peek(1)))) ++at_;
        };
        const char base = peek(1) | 0x20;
        if (peek() == '0' && (base == 'x' || base == 'o' || base == 'b')) {
            at_ += 2;
            digits([](char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); });
        } else {
            digits(is_digit);
            if (peek() == '.') {
                ++at_;
                digits(is_digit);
            }
            if ((peek() | 0x20) == 'e') {
                const size_t sign = peek(1) == '+' || peek(1) == '-';
                if (is_digit(peek(1 + sign))) {
                    at_ += 1 + sign;
                    digits(is_digit);
                }
            }
            if ((peek() | 0x20) == 'j') ++at_;
        }
        if (is_letter(peek())) fail(begin, at_ + 1, "invalid number literal");
        add(TokenKind::Number, begin, at_);
    }

    TokenList finish() {
        if (!out_.tokens.empty() && out_.tokens.back().kind != TokenKind::Newline &&
            out_.tokens.back().kind != TokenKind::Dedent) {
            add(TokenKind::Newline, at_, at_);
        }
        for (; columns_.size() > 1; columns_.pop_back()) add(TokenKind::Dedent, at_, at_);
        add(TokenKind::EndOfFile, at_, at_);
        return std::move(out_);
    }

    const std::shared_ptr<const Source>& source_;
    const std::string_view text_;
    size_t at_;
    std::vector<size_t> columns_{0};
    std::vector<TokenKind> brackets_;
    TokenList out_;
};

}  // namespace

TokenList tokenize(const std::shared_ptr<const Source>& source) {
    return Lexer(source, 0, source->text().size()).run(false);
}

TokenList tokenize_expression(const std::shared_ptr<const Source>& source, int64_t begin, int64_t end) {
    return Lexer(source, begin, end).run(true);
}

}  // namespace wick::jit
