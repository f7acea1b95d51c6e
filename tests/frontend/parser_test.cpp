#include "frontend/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <wick/support/error.h>

namespace wick::jit {
namespace {

// A fully bracketed form of an expression, to see how it was grouped.
std::string shape(const ast::Expr* expr) {
    if (!expr) return "_";
    const auto all = [](const ast::Exprs& exprs) {
        std::string out;
        for (const ast::Expr* e : exprs) out += (out.empty() ? "" : " ") + shape(e);
        return out;
    };
    if (const auto* e = ast::as<ast::Name>(expr)) return e->id;
    if (const auto* e = ast::as<ast::Constant>(expr)) {
        if (e->is_ellipsis) return "...";
        if (e->value.is_int()) return std::to_string(e->value.to_int());
        if (e->value.is_string()) return "'" + e->value.to_string() + "'";
        return std::string(e->value.tag_name());
    }
    if (const auto* e = ast::as<ast::Unary>(expr)) return fmt::format("({} {})", token_text(e->op), shape(e->operand));
    if (const auto* e = ast::as<ast::Binary>(expr))
        return fmt::format("({} {} {})", shape(e->left), token_text(e->op), shape(e->right));
    if (const auto* e = ast::as<ast::BoolOperation>(expr)) {
        return fmt::format("({} {} {})", shape(e->left), token_text(e->op), shape(e->right));
    }
    if (const auto* e = ast::as<ast::Compare>(expr)) {
        std::string out = "(" + shape(e->first);
        for (const auto& [op, operand] : e->rest) out += fmt::format(" {} {}", token_text(op), shape(operand));
        return out + ")";
    }
    if (const auto* e = ast::as<ast::Conditional>(expr)) {
        return fmt::format("(if {} {} {})", shape(e->condition), shape(e->then), shape(e->otherwise));
    }
    if (const auto* e = ast::as<ast::Call>(expr)) {
        std::string out = fmt::format("{}({}", shape(e->callee), all(e->args));
        for (const ast::Keyword& k : e->keywords) out += fmt::format(" {}={}", k.name, shape(k.value));
        return out + ")";
    }
    if (const auto* e = ast::as<ast::Attribute>(expr)) return fmt::format("{}.{}", shape(e->value), e->name);
    if (const auto* e = ast::as<ast::Subscript>(expr)) return fmt::format("{}[{}]", shape(e->value), all(e->indices));
    if (const auto* e = ast::as<ast::Slice>(expr))
        return fmt::format("{}:{}:{}", shape(e->start), shape(e->stop), shape(e->step));
    if (const auto* e = ast::as<ast::Starred>(expr)) return "*" + shape(e->value);
    if (const auto* e = ast::as<ast::Tuple>(expr)) return "(" + all(e->elements) + ",)";
    if (const auto* e = ast::as<ast::List>(expr)) return "[" + all(e->elements) + "]";
    if (const auto* e = ast::as<ast::Dict>(expr)) return "{" + all(e->keys) + ": " + all(e->values) + "}";
    if (const auto* e = ast::as<ast::ListComprehension>(expr)) {
        return fmt::format("[{} for {} in {} if {}]", shape(e->element), shape(e->loops[0].target),
                           shape(e->loops[0].iterable), all(e->loops[0].conditions));
    }
    if (const auto* e = ast::as<ast::Lambda>(expr))
        return fmt::format("lambda{} {}", e->parameters.size(), shape(e->body));
    if (const auto* e = ast::as<ast::FormattedString>(expr)) {
        std::string out = "f";
        for (const auto& piece : e->pieces)
            out += piece.value ? "{" + shape(piece.value) + ":" + piece.format_spec + "}" : "'" + piece.text + "'";
        return out;
    }
    return kind_name(expr->kind);
}

std::string shape(const std::string& text) {
    const auto ast = parse_expression(std::make_shared<Source>(text, "t"));
    return shape(ast::as<ast::Expression>(ast->body.at(0))->value);
}

std::string error_of(const std::string& text) {
    try {
        parse(std::make_shared<Source>(text, "t.py"));
    } catch (const CompileError& error) {
        return fmt::format("{} {}", error.range().location(), error.sentence());
    }
    return "";
}

TEST(Parser, GroupsByPythonsPrecedence) {
    EXPECT_EQ(shape("a + b * c - d"), "((a + (b * c)) - d)");
    EXPECT_EQ(shape("-a ** -b"), "(- (a ** (- b)))");
    EXPECT_EQ(shape("a ** b ** c"), "(a ** (b ** c))");
    EXPECT_EQ(shape("a | b ^ c & d << e + f"), "(a | (b ^ (c & (d << (e + f)))))");
    EXPECT_EQ(shape("not a == b and c or d"), "(((not (a == b)) and c) or d)");
    EXPECT_EQ(shape("a < b <= c is not None not in d"), "(a < b <= c is not None not in d)");
    EXPECT_EQ(shape("a if b else c if d else e"), "(if b a (if d c e))");
    EXPECT_EQ(shape("~a @ b // c % d"), "((((~ a) @ b) // c) % d)");
    EXPECT_EQ(shape("lambda x, y: x + y"), "lambda2 (x + y)");
}

TEST(Parser, ReadsTrailers) {
    EXPECT_EQ(shape("a.b(c, *d, e=f)[1:, ::2, ..., None].global"), "a.b(c *d e=f)[1:_:_ _:_:2 ... None].global");
    EXPECT_EQ(shape("(x).forward(y, )"), "x.forward(y)");
    EXPECT_EQ(shape("x[(a, b)]"), "x[(a b,)]");
    EXPECT_EQ(shape("x[a:b:c]"), "x[a:b:c]");
}

TEST(Parser, ReadsCollections) {
    EXPECT_EQ(shape("()"), "(,)");
    EXPECT_EQ(shape("(a,)"), "(a,)");
    EXPECT_EQ(shape("a, *b"), "(a *b,)");
    EXPECT_EQ(shape("[a, b, ]"), "[a b]");
    EXPECT_EQ(shape("{'a': 1, 'b': 2}"), "{'a' 'b': 1 2}");
    EXPECT_EQ(shape("[x for x, y in z if x if y]"), "[x for (x y,) in z if x y]");
    EXPECT_EQ(shape("'a' \"b\" r'\\n'"), "'ab\\n'");
    EXPECT_EQ(shape("f'a{b + 1!r:>4}{{c}}{d}'"), "f'a'{(b + 1):>4}'{c}'{d:}");
}

TEST(Parser, ReadsStatements) {
    const auto ast =
        parse(std::make_shared<Source>("import a.b\nfrom x import (y, z as w)\n@torch.jit.export\ndef f(self, a: int, "
                                       "*, b: float=1.) -> Tuple[int, float]:\n"
                                       "  # type: (int, float) -> int\n  if a: pass\n  elif b:\n    return\n  else:\n  "
                                       "  raise E(a) from b\n  for i, (j, k) in zip(a, b):\n    break\n"
                                       "  while a: continue\n  with c as d, e: del a[0], b\n  x, *y = z = a\n  q : "
                                       "Optional[int] = None\n  p **= 2; assert p, 'm'\n"
                                       "class C(Module):\n  a : Tensor\n",
                                       "t.py"));
    ASSERT_EQ(ast->body.size(), 4u);
    const auto* def = ast::as<ast::FunctionDef>(ast->body[2]);
    ASSERT_TRUE(def);
    EXPECT_EQ(def->decorators.size(), 1u);
    EXPECT_EQ(def->parameters[2].kind, ast::Parameter::Kind::keyword_only);
    EXPECT_EQ(def->type_comment.text(), " (int, float) -> int");
    ASSERT_EQ(def->body.size(), 8u);
    const auto* branch = ast::as<ast::If>(def->body[0]);
    ASSERT_TRUE(branch && branch->otherwise.size() == 1);
    EXPECT_EQ(ast::as<ast::If>(branch->otherwise[0])->otherwise.size(), 1u);
    EXPECT_EQ(ast::as<ast::Assign>(def->body[4])->targets.size(), 2u);
    EXPECT_EQ(ast::as<ast::AugmentedAssign>(def->body[6])->op, TokenKind::DoubleStar);
    EXPECT_EQ(ast::as<ast::ClassDef>(ast->body[3])->bases.size(), 1u);
}

TEST(Parser, AnchorsRangesWhereArchivesRecordThem) {
    const auto source = std::make_shared<Source>("x = (self.a).forward(b + c, )\n", "t");
    const auto ast = parse(source, RangeStyle::anchored);
    const auto* call = ast::as<ast::Call>(ast::as<ast::Assign>(ast->body[0])->value);
    EXPECT_EQ(call->range.begin(), 5);  // where its callee's first name stands
    EXPECT_EQ(call->args[0]->range.text(), "+ c");
    EXPECT_EQ(call->callee->range.text(), "forward");
}

TEST(Parser, SaysWhatItExpected) {
    EXPECT_EQ(error_of("def f(:\n  pass\n"), "t.py:1:7 expected ident but found ':' here:");
    EXPECT_EQ(error_of("x = \n"), "t.py:1:5 expected an expression but found 'newline' here:");
    EXPECT_EQ(error_of("if a\n  b\n"), "t.py:1:5 expected : but found 'newline' here:");
    EXPECT_EQ(error_of("def f():\nx\n"), "t.py:2:1 expected indent but found 'ident' here:");
    EXPECT_EQ(error_of("a b\n"), "t.py:1:3 expected newline but found 'ident' here:");
    EXPECT_EQ(error_of("f(a=1, b)\n"), "t.py:1:8 positional argument follows keyword argument");
    EXPECT_EQ(error_of("try:\n  a\n"), "t.py:3:1 expected 'except' or 'finally' block but found 'eof' here:");
    EXPECT_EQ(error_of("x = f'{a'\n"), "t.py:1:7 f-string: expecting '}'");
}

TEST(Parser, BoundsDepth) {
    const auto nested = [](const std::string& open, const std::string& close, int n) {
        std::string text;
        for (int i = 0; i < n; ++i) text += open;
        text += "a";
        for (int i = 0; i < n; ++i) text += close;
        return text + "\n";
    };
    EXPECT_EQ(error_of(nested("(", ")", 50)), "");
    EXPECT_NE(error_of(nested("(", ")", 100000)), "");
    EXPECT_NE(error_of(nested("not ", "", 100000)), "");
    EXPECT_NE(error_of(nested("-", "", 100000)), "");
    EXPECT_NE(error_of(nested("a + ", "", 100000)), "");
    EXPECT_NE(error_of(nested("a ** ", "", 100000)), "");
    EXPECT_NE(error_of(nested("", ".b", 100000)), "");
    EXPECT_NE(error_of(nested("f'{", "}'", 100000)), "");
    std::string blocks;
    for (int i = 0; i < 10000; ++i) blocks += std::string(i, ' ') + "if a:\n";
    EXPECT_NE(error_of(blocks + std::string(10000, ' ') + "a\n"), "");
}

}  // namespace
}  // namespace wick::jit
