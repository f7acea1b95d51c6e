// Names, literals, and what stands in brackets: tuples, lists, dicts, sets and comprehensions.

#include "frontend/literal.h"
#include "frontend/parser_internal.h"

namespace wick::jit {

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

}  // namespace wick::jit
