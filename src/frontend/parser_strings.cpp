// String literals, and the expressions inside of formatted ones.

#include "frontend/literal.h"
#include "frontend/parser_internal.h"

namespace wick::jit {

const ast::Expr* Parser::strings() {
    const int64_t first = begin();
    std::string joined;
    ast::FormattedString* formatted = nullptr;
    bool is_bytes = false;
    while (at(TokenKind::String)) {
        const Token token = next();
        std::string_view body = text(token);
        const size_t prefix = body.find_first_of("'\"");
        const bool raw = body.substr(0, prefix).find_first_of("rR") != body.npos;
        const bool is_formatted = body.substr(0, prefix).find_first_of("fF") != body.npos;
        is_bytes = is_bytes || body.substr(0, prefix).find_first_of("bB") != body.npos;
        const size_t quotes =
            body.size() >= prefix + 6 && body[prefix + 1] == body[prefix] && body[prefix + 2] == body[prefix] ? 3 : 1;
        body = body.substr(prefix + quotes, body.size() - prefix - 2 * quotes);
        if (is_formatted) {
            if (!formatted) formatted = make<ast::FormattedString>(first);
            if (!joined.empty()) formatted->pieces.push_back({std::move(joined), nullptr, 0, ""});
            joined.clear();
            formatted_pieces(*formatted, body, raw, token.begin + static_cast<int64_t>(prefix + quotes));
        } else {
            const auto value = raw ? std::optional(std::string(body)) : unescape(body);
            if (!value) fail(range_of(token), "invalid escape in string literal");
            joined += *value;
        }
    }
    if (is_bytes) return python_expression(first, "Unknown Constant expression type");
    if (formatted) {
        if (!joined.empty()) formatted->pieces.push_back({std::move(joined), nullptr, 0, ""});
        formatted->range = range_from(first);
        return formatted;
    }
    auto* node = make<ast::Constant>(first);
    node->value = IValue(std::move(joined));
    return node;
}

/// Where the expression that begins at `start` ends: at the first `}`, `:` or `!` outside of its brackets and quotes,
/// or behind the text.
static size_t end_of_replacement(std::string_view body, size_t start) {
    int depth = 0;
    char quote = 0;
    for (size_t at = start; at < body.size(); ++at) {
        const char c = body[at];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[' || c == '{') {
            ++depth;
        } else if (depth > 0 && (c == ')' || c == ']' || c == '}')) {
            --depth;
        } else if (depth == 0 && (c == '}' || c == ':' || (c == '!' && body.substr(at, 2) != "!="))) {
            return at;
        }
    }
    return body.size();
}

void Parser::formatted_pieces(ast::FormattedString& into, std::string_view body, bool raw, int64_t body_begin) {
    std::string literal;
    const auto here = [&](size_t at, size_t length) {
        return SourceRange(source_, body_begin + static_cast<int64_t>(at),
                           body_begin + static_cast<int64_t>(at + length));
    };
    const auto flush = [&] {
        if (literal.empty()) return;
        const auto value = raw ? std::optional(literal) : unescape(literal);
        if (!value) fail(here(0, body.size()), "invalid escape in string literal");
        into.pieces.push_back({*value, nullptr, 0, ""});
        literal.clear();
    };
    for (size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if ((c == '{' || c == '}') && i + 1 < body.size() && body[i + 1] == c) {
            literal += c;
            ++i;
            continue;
        }
        if (c == '}') fail(here(i, 1), "f-string: single '}' is not allowed");
        if (c != '{') {
            literal += c;
            continue;
        }
        flush();
        size_t stop = end_of_replacement(body, i + 1);
        if (stop >= body.size()) fail(here(i, body.size() - i), "f-string: expecting '}'");
        ast::FormattedString::Piece piece;
        // {x=} shows the expression's text, and repr() of the value unless something else is asked for.
        size_t value_end = body.find_last_not_of(" \t", stop - 1);
        const bool shows_text = value_end > i + 1 && body[value_end] == '=' &&
                                std::string_view("=!<>").find(body[value_end - 1]) == std::string_view::npos;
        if (shows_text) {
            into.pieces.push_back({std::string(body.substr(i + 1, stop - i - 1)), nullptr, 0, ""});
            if (body[stop] == '}') piece.conversion = 'r';
        } else {
            value_end = stop;
        }
        Parser inner(ast_, tokenize_expression(source_, here(i + 1, 0).begin(), here(value_end, 0).begin()), nesting_);
        piece.value = inner.expression_list();
        inner.accept(TokenKind::Newline);
        if (!inner.at(TokenKind::EndOfFile)) inner.fail_expected("'}'");
        grow(into, piece.value);
        if (body[stop] == '!') {
            piece.conversion = stop + 1 < body.size() ? body[stop + 1] : 0;
            stop += 2;
            if ((piece.conversion != 'r' && piece.conversion != 's' && piece.conversion != 'a') ||
                stop >= body.size()) {
                fail(here(i, 1), "f-string: invalid conversion character, expected 's', 'r' or 'a'");
            }
        }
        if (body[stop] == ':') {
            const size_t close = body.find('}', stop);
            if (close == body.npos) fail(here(i, 1), "f-string: expecting '}'");
            piece.format_spec = std::string(body.substr(stop + 1, close - stop - 1));
            stop = close;
        }
        if (body[stop] != '}') fail(here(stop, 1), "f-string: expecting '}'");
        into.pieces.push_back(std::move(piece));
        i = stop;
    }
    flush();
}

}  // namespace wick::jit
