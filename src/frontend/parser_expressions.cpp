#include <algorithm>

#include "frontend/literal.h"
#include "frontend/parser_internal.h"

namespace wick::jit {

namespace {

bool is_smallest_int(const std::optional<IValue>& number) {
    return number && number->is_int() && number->to_int() == std::numeric_limits<int64_t>::min();
}

/// Binary operators by precedence, loosest first; -1 for other tokens.
int binary_level(TokenKind kind) {
    switch (kind) {
        case TokenKind::Pipe:
            return 0;
        case TokenKind::Caret:
            return 1;
        case TokenKind::Ampersand:
            return 2;
        case TokenKind::ShiftLeft:
        case TokenKind::ShiftRight:
            return 3;
        case TokenKind::Plus:
        case TokenKind::Minus:
            return 4;
        case TokenKind::Star:
        case TokenKind::Slash:
        case TokenKind::DoubleSlash:
        case TokenKind::Percent:
        case TokenKind::At:
            return 5;
        default:
            return -1;
    }
}

}  // namespace

const ast::Expr* Parser::expression() {
    Nested nested(*this);
    if (at(TokenKind::Yield)) return yield();
    return at(TokenKind::Lambda) ? lambda() : ternary();
}

const ast::Expr* Parser::python_expression(int64_t first, const char* sentence) {
    auto* node = make<ast::PythonExpression>(first);
    node->sentence = sentence;
    return node;
}

const ast::Expr* Parser::yield() {
    const int64_t first = expect(TokenKind::Yield).begin;
    if (accept(TokenKind::From)) {
        expression();
        return python_expression(first, "YieldFrom aren't supported");
    }
    const bool is_alone = at(TokenKind::Newline) || at(TokenKind::RightParen) || at(TokenKind::Semicolon);
    if (!is_alone) expression_list();
    return python_expression(first, "Yield aren't supported");
}

void Parser::single_expression() {
    auto* statement = make<ast::Expression>(begin());
    statement->value = expression_list();
    accept(TokenKind::Newline);
    if (!at(TokenKind::EndOfFile)) fail_expected(token_text(TokenKind::EndOfFile));
    ast_.body.push_back(statement);
}

const ast::Expr* Parser::lambda() {
    const int64_t first = begin();
    expect(TokenKind::Lambda);
    auto parsed = parameters(TokenKind::Colon, false);
    expect(TokenKind::Colon);
    const ast::Expr* body = expression();
    auto* node = make<ast::Lambda>(first);
    node->parameters = std::move(parsed);
    node->body = body;
    return sized(node, {body});
}

const ast::Expr* Parser::ternary() {
    const int64_t first = begin();
    const ast::Expr* then = or_test();
    if (accept(TokenKind::Walrus)) {
        expression();
        return python_expression(first, "NamedExpr aren't supported");
    }
    if (!at(TokenKind::If)) return then;
    const int64_t anchor = next().begin;
    const ast::Expr* condition = or_test();
    expect(TokenKind::Else);
    const ast::Expr* otherwise = expression();
    auto* node = make<ast::Conditional>(then->range.begin());
    node->anchor = anchor;
    node->condition = condition;
    node->then = then;
    node->otherwise = otherwise;
    return sized(node, {condition, then, otherwise});
}

const ast::Expr* Parser::or_test() {
    const ast::Expr* left = and_test();
    while (at(TokenKind::Or)) {
        const int64_t anchor = next().begin;
        const ast::Expr* right = and_test();
        auto* node = make<ast::BoolOperation>(left->range.begin());
        node->anchor = anchor;
        node->op = TokenKind::Or;
        node->left = left;
        node->right = right;
        left = sized(node, {node->left, node->right});
    }
    return left;
}

const ast::Expr* Parser::and_test() {
    const ast::Expr* left = not_test();
    while (at(TokenKind::And)) {
        const int64_t anchor = next().begin;
        const ast::Expr* right = not_test();
        auto* node = make<ast::BoolOperation>(left->range.begin());
        node->anchor = anchor;
        node->op = TokenKind::And;
        node->left = left;
        node->right = right;
        left = sized(node, {node->left, node->right});
    }
    return left;
}

const ast::Expr* Parser::not_test() {
    if (!at(TokenKind::Not)) return comparison();
    Nested nested(*this);
    const int64_t first = next().begin;
    const ast::Expr* operand = not_test();
    auto* node = make<ast::Unary>(first);
    node->op = TokenKind::Not;
    node->operand = operand;
    return sized(node, {operand});
}

TokenKind Parser::comparison_operator() {
    switch (peek().kind) {
        case TokenKind::Less:
        case TokenKind::Greater:
        case TokenKind::LessEqual:
        case TokenKind::GreaterEqual:
        case TokenKind::Equal:
        case TokenKind::NotEqual:
        case TokenKind::In:
            return next().kind;
        case TokenKind::Is:
            next();
            return accept(TokenKind::Not) ? TokenKind::IsNot : TokenKind::Is;
        case TokenKind::Not:
            if (peek(1).kind != TokenKind::In) return TokenKind::EndOfFile;
            next();
            next();
            return TokenKind::NotIn;
        default:
            return TokenKind::EndOfFile;
    }
}

const ast::Expr* Parser::comparison() {
    const ast::Expr* left = binary(0);
    std::vector<std::pair<TokenKind, const ast::Expr*>> rest;
    std::vector<int64_t> anchors;
    while (true) {
        const int64_t anchor = begin();
        const TokenKind op = comparison_operator();
        if (op == TokenKind::EndOfFile) break;
        anchors.push_back(anchor);
        rest.emplace_back(op, binary(0));
    }
    if (rest.empty()) return left;
    auto* node = make<ast::Compare>(left->range.begin());
    node->anchor = anchors.front();
    node->first = left;
    grow(*node, left);
    for (const auto& [op, operand] : rest) grow(*node, operand);
    node->rest = std::move(rest);
    node->anchors = std::move(anchors);
    return node;
}

const ast::Expr* Parser::binary(int loosest) {
    const ast::Expr* left = unary();
    for (int level; (level = binary_level(peek().kind)) >= loosest;) {
        const Token op = next();
        const ast::Expr* right = binary(level + 1);
        auto* node = make<ast::Binary>(left->range.begin());
        node->anchor = op.begin;
        node->op = op.kind;
        node->left = left;
        node->right = right;
        left = sized(node, {node->left, node->right});
    }
    return left;
}

const ast::Expr* Parser::unary() {
    if (at(TokenKind::Await)) {
        Nested nested(*this);
        const int64_t first = next().begin;
        unary();
        return python_expression(first, "Await aren't supported");
    }
    if (!at(TokenKind::Minus) && !at(TokenKind::Plus) && !at(TokenKind::Tilde)) return power();
    Nested nested(*this);
    const Token op = next();
    // The smallest int is a negated literal, which by itself is too large.
    const bool is_smallest = op.kind == TokenKind::Minus && at(TokenKind::Number) &&
                             peek(1).kind != TokenKind::DoubleStar && is_smallest_int(parse_number(text(peek())));
    const ast::Expr* operand = is_smallest ? constant(*parse_number(text(peek()))) : unary();
    auto* node = make<ast::Unary>(op.begin);
    node->op = op.kind;
    node->operand = operand;
    return sized(node, {operand});
}

const ast::Expr* Parser::power() {
    const ast::Expr* base = primary();
    if (!at(TokenKind::DoubleStar)) return base;
    Nested nested(*this);
    const Token op = next();
    const ast::Expr* exponent = unary();
    auto* node = make<ast::Binary>(base->range.begin());
    node->anchor = op.begin;
    node->op = op.kind;
    node->left = base;
    node->right = exponent;
    return sized(node, {base, exponent});
}

const ast::Expr* Parser::primary() {
    const ast::Expr* value = atom();
    while (true) {
        if (accept(TokenKind::Dot)) {
            // Behind a dot a keyword is a name like any other.
            if (!is_keyword(peek().kind)) peek().kind == TokenKind::Identifier ? void() : fail_expected("ident");
            const Token token = next();
            auto* node = make<ast::Attribute>(value->range.begin());
            node->anchor = token.begin;
            node->value = value;
            node->name = std::string(text(token));
            node->name_range = range_of(token);
            value = sized(node, {node->value});
        } else if (at(TokenKind::LeftParen)) {
            value = call(value);
        } else if (at(TokenKind::LeftBracket)) {
            value = subscript(value);
        } else {
            return value;
        }
    }
}

const ast::Expr* Parser::call(const ast::Expr* callee) {
    Nested nested(*this);
    expect(TokenKind::LeftParen);
    ast::Exprs args;
    std::vector<ast::Keyword> keywords;
    while (!at(TokenKind::RightParen)) {
        const int64_t arg_begin = begin();
        if (accept(TokenKind::DoubleStar)) {
            const ast::Expr* value = expression();
            keywords.push_back({"", value, range_from(arg_begin)});
        } else if (at(TokenKind::Identifier) && peek(1).kind == TokenKind::Assign) {
            std::string keyword = identifier();
            next();
            const ast::Expr* value = expression();
            keywords.push_back({std::move(keyword), value, range_from(arg_begin)});
        } else {
            const ast::Expr* arg = starred_or_expression();
            if (!keywords.empty() && arg->kind != ast::ExprKind::Starred) {
                fail(arg->range, "positional argument follows keyword argument");
            }
            if (at(TokenKind::For)) {
                auto loops = comprehension_loops();
                auto* generator = make<ast::ListComprehension>(arg_begin);
                generator->element = arg;
                generator->loops = std::move(loops);
                arg = sized(generator, {arg});
            }
            args.push_back(arg);
        }
        if (!accept(TokenKind::Comma)) break;
    }
    expect(TokenKind::RightParen);
    auto* node = make<ast::Call>(callee->range.begin());
    const ast::Expr* base = callee;
    while (const auto* attribute = ast::as<ast::Attribute>(base)) base = attribute->value;
    node->anchor = base->range.begin();
    node->callee = callee;
    grow(*node, callee);
    grow_all(*node, args);
    for (const ast::Keyword& keyword : keywords) grow(*node, keyword.value);
    node->args = std::move(args);
    node->keywords = std::move(keywords);
    return node;
}

const ast::Expr* Parser::subscript(const ast::Expr* value) {
    Nested nested(*this);
    const int64_t anchor = expect(TokenKind::LeftBracket).begin;
    ast::Exprs indices;
    do {
        if (at(TokenKind::RightBracket) && !indices.empty()) break;
        indices.push_back(subscript_index());
    } while (accept(TokenKind::Comma));
    expect(TokenKind::RightBracket);
    auto* node = make<ast::Subscript>(value->range.begin());
    node->anchor = anchor;
    node->value = value;
    grow(*node, value);
    grow_all(*node, indices);
    node->indices = std::move(indices);
    return node;
}

const ast::Expr* Parser::subscript_index() {
    const int64_t first = begin();
    const auto part = [&]() -> const ast::Expr* {
        const bool absent = at(TokenKind::Colon) || at(TokenKind::Comma) || at(TokenKind::RightBracket);
        return absent ? nullptr : expression();
    };
    if (!at(TokenKind::Colon)) {
        const ast::Expr* index = starred_or_expression();
        if (!at(TokenKind::Colon)) return index;
        next();
        const ast::Expr* stop = part();
        const ast::Expr* step = accept(TokenKind::Colon) ? part() : nullptr;
        auto* node = make<ast::Slice>(first);
        node->start = index;
        node->stop = stop;
        node->step = step;
        return sized(node, {index, stop, step});
    }
    next();
    const ast::Expr* stop = part();
    const ast::Expr* step = accept(TokenKind::Colon) ? part() : nullptr;
    auto* node = make<ast::Slice>(first);
    node->stop = stop;
    node->step = step;
    return sized(node, {stop, step});
}

const ast::Expr* Parser::starred_or_expression() {
    if (!at(TokenKind::Star)) return expression();
    const int64_t first = next().begin;
    const ast::Expr* value = expression();
    auto* node = make<ast::Starred>(first);
    node->value = value;
    return sized(node, {value});
}

const ast::Expr* Parser::expression_list() {
    const int64_t first = begin();
    const ast::Expr* single = starred_or_expression();
    if (!at(TokenKind::Comma)) return single;
    ast::Exprs elements{single};
    while (accept(TokenKind::Comma)) {
        const TokenKind kind = peek().kind;
        if (kind == TokenKind::Newline || kind == TokenKind::Assign || kind == TokenKind::RightParen ||
            kind == TokenKind::Colon || kind == TokenKind::Semicolon || kind == TokenKind::EndOfFile) {
            break;
        }
        elements.push_back(starred_or_expression());
    }
    auto* node = make<ast::Tuple>(first);
    grow_all(*node, elements);
    node->elements = std::move(elements);
    return node;
}

const ast::Expr* Parser::target_list(TokenKind stop) {
    const int64_t first = begin();
    const auto target = [&]() -> const ast::Expr* {
        const int64_t target_begin = begin();
        if (!accept(TokenKind::Star)) return primary();
        const ast::Expr* value = primary();
        auto* node = make<ast::Starred>(target_begin);
        node->value = value;
        return sized(node, {value});
    };
    const ast::Expr* single = target();
    if (!at(TokenKind::Comma)) return single;
    ast::Exprs elements{single};
    while (accept(TokenKind::Comma)) {
        if (at(stop)) break;
        elements.push_back(target());
    }
    auto* node = make<ast::Tuple>(first);
    grow_all(*node, elements);
    node->elements = std::move(elements);
    return node;
}

std::vector<ast::Comprehension> Parser::comprehension_loops() {
    std::vector<ast::Comprehension> loops;
    while (accept(TokenKind::For)) {
        ast::Comprehension loop;
        loop.target = target_list(TokenKind::In);
        expect(TokenKind::In);
        loop.iterable = or_test();
        while (accept(TokenKind::If)) loop.conditions.push_back(or_test());
        loops.push_back(std::move(loop));
    }
    return loops;
}

const ast::Expr* Parser::atom() {
    switch (peek().kind) {
        case TokenKind::Identifier:
            return name();
        case TokenKind::Number:
            return number();
        case TokenKind::String:
            return strings();
        case TokenKind::True_:
            return constant(IValue(true));
        case TokenKind::False_:
            return constant(IValue(false));
        case TokenKind::None_:
            return constant(IValue());
        case TokenKind::Ellipsis: {
            const int64_t first = next().begin;
            auto* node = make<ast::Constant>(first);
            node->is_ellipsis = true;
            return node;
        }
        case TokenKind::LeftParen:
            return parenthesised();
        case TokenKind::LeftBracket:
            return list();
        case TokenKind::LeftBrace:
            return dict();
        default:
            fail_expected("an expression");
    }
}

const ast::Expr* Parser::name() {
    const Token token = expect(TokenKind::Identifier);
    auto* node = make<ast::Name>(token.begin);
    node->id = std::string(text(token));
    return node;
}

const ast::Expr* Parser::constant(IValue value) {
    const int64_t first = next().begin;
    auto* node = make<ast::Constant>(first);
    node->value = std::move(value);
    return node;
}

const ast::Expr* Parser::number() {
    const Token token = peek();
    const auto value = parse_number(text(token));
    if (!value || is_smallest_int(value))
        fail(range_of(token), "Integral constant out of range (must fit in a signed 64 bit integer)");
    return constant(*value);
}

const ast::Expr* Parser::parenthesised() {
    Nested nested(*this);
    const int64_t first = expect(TokenKind::LeftParen).begin;
    if (accept(TokenKind::RightParen)) return make<ast::Tuple>(first);
    const ast::Expr* inner = starred_or_expression();
    if (at(TokenKind::For)) {
        auto loops = comprehension_loops();
        expect(TokenKind::RightParen);
        auto* node = make<ast::ListComprehension>(first);
        node->element = inner;
        node->loops = std::move(loops);
        return sized(node, {inner});
    }
    if (!at(TokenKind::Comma)) {
        expect(TokenKind::RightParen);
        return inner;
    }
    ast::Exprs elements{inner};
    while (accept(TokenKind::Comma)) {
        if (at(TokenKind::RightParen)) break;
        elements.push_back(starred_or_expression());
    }
    expect(TokenKind::RightParen);
    auto* node = make<ast::Tuple>(first);
    grow_all(*node, elements);
    node->elements = std::move(elements);
    return node;
}

const ast::Expr* Parser::list() {
    Nested nested(*this);
    const int64_t first = expect(TokenKind::LeftBracket).begin;
    ast::Exprs elements;
    while (!at(TokenKind::RightBracket)) {
        elements.push_back(starred_or_expression());
        if (elements.size() == 1 && at(TokenKind::For)) {
            auto loops = comprehension_loops();
            expect(TokenKind::RightBracket);
            auto* node = make<ast::ListComprehension>(first);
            node->element = elements[0];
            node->loops = std::move(loops);
            return sized(node, {elements[0]});
        }
        if (!accept(TokenKind::Comma)) break;
    }
    expect(TokenKind::RightBracket);
    auto* node = make<ast::List>(first);
    grow_all(*node, elements);
    node->elements = std::move(elements);
    return node;
}

const ast::Expr* Parser::dict() {
    Nested nested(*this);
    const int64_t first = expect(TokenKind::LeftBrace).begin;
    ast::Exprs keys;
    ast::Exprs values;
    while (!at(TokenKind::RightBrace)) {
        if (accept(TokenKind::DoubleStar)) {
            keys.push_back(nullptr);
            values.push_back(expression());
            if (!accept(TokenKind::Comma)) break;
            continue;
        }
        keys.push_back(keys.empty() ? starred_or_expression() : expression());
        if (keys.size() == 1 && !at(TokenKind::Colon)) return set(first);
        expect(TokenKind::Colon);
        values.push_back(expression());
        if (keys.size() == 1 && at(TokenKind::For)) {
            auto loops = comprehension_loops();
            expect(TokenKind::RightBrace);
            auto* node = make<ast::DictComprehension>(first);
            node->key = keys[0];
            node->value = values[0];
            node->loops = std::move(loops);
            return sized(node, {keys[0], values[0]});
        }
        if (!accept(TokenKind::Comma)) break;
    }
    expect(TokenKind::RightBrace);
    auto* node = make<ast::Dict>(first);
    grow_all(*node, keys);
    grow_all(*node, values);
    node->keys = std::move(keys);
    node->values = std::move(values);
    return node;
}

const ast::Expr* Parser::set(int64_t first) {
    const bool is_comprehension = at(TokenKind::For);
    if (is_comprehension) comprehension_loops();
    while (!is_comprehension && accept(TokenKind::Comma)) {
        if (at(TokenKind::RightBrace)) break;
        starred_or_expression();
    }
    expect(TokenKind::RightBrace);
    return python_expression(first, is_comprehension ? "SetComp aren't supported" : "Set aren't supported");
}

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
        // The expression ends at the first `}`, `:` or `!` outside of its brackets and quotes.
        int depth = 0;
        char quote = 0;
        size_t stop = i + 1;
        for (; stop < body.size(); ++stop) {
            const char d = body[stop];
            if (quote) {
                if (d == quote) quote = 0;
            } else if (d == '\'' || d == '"') {
                quote = d;
            } else if (d == '(' || d == '[' || d == '{') {
                ++depth;
            } else if (depth > 0 && (d == ')' || d == ']' || d == '}')) {
                --depth;
            } else if (depth == 0 && (d == '}' || d == ':' || (d == '!' && body.substr(stop, 2) != "!="))) {
                break;
            }
        }
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
