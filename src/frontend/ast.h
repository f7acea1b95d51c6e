#pragma once
// The syntax tree: plain structs, owned by their Ast, valid as long as it lives.
//
// `range` is the whole text of a node. `anchor` is the offset that stands for what the node does (the first name of a
// call's callee, the operator of a binary expression, the name behind the dot): debug records of archives are looked up
// by it.

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include <wick/support/source_range.h>
#include <wick/types/ivalue.h>

#include "frontend/token.h"

namespace wick::jit {

#define WICK_FORALL_EXPRESSIONS(_) \
    _(Name)                        \
    _(Constant)                    \
    _(FormattedString)             \
    _(Unary)                       \
    _(Binary)                      \
    _(BoolOperation)               \
    _(Compare)                     \
    _(Conditional)                 \
    _(Call)                        \
    _(Attribute)                   \
    _(Subscript)                   \
    _(Slice)                       \
    _(Starred)                     \
    _(Tuple)                       \
    _(List)                        \
    _(Dict)                        \
    _(ListComprehension)           \
    _(DictComprehension)           \
    _(Lambda)                      \
    _(PythonExpression)

#define WICK_FORALL_STATEMENTS(_) \
    _(Assign)                     \
    _(AugmentedAssign)            \
    _(Expression)                 \
    _(If)                         \
    _(While)                      \
    _(For)                        \
    _(With)                       \
    _(Try)                        \
    _(Assert)                     \
    _(Raise)                      \
    _(Delete)                     \
    _(Pass)                       \
    _(Break)                      \
    _(Continue)                   \
    _(Return)                     \
    _(Global)                     \
    _(Import)                     \
    _(FunctionDef)                \
    _(ClassDef)                   \
    _(PythonStatement)

namespace ast {

enum class ExprKind : uint8_t {
#define _(name) name,
    WICK_FORALL_EXPRESSIONS(_)
#undef _
};

enum class StmtKind : uint8_t {
#define _(name) name,
    WICK_FORALL_STATEMENTS(_)
#undef _
};

struct SyntaxNode {
    SourceRange range;
    int64_t anchor = 0;
    virtual ~SyntaxNode() = default;
};

struct Expr : SyntaxNode {
    explicit Expr(ExprKind kind) : kind(kind) {}
    ExprKind kind;
    uint16_t depth = 1;  ///< height of the tree below, bounded by the parser
};

struct Stmt : SyntaxNode {
    explicit Stmt(StmtKind kind) : kind(kind) {}
    StmtKind kind;
};

template <ExprKind K>
struct ExprOf : Expr {
    static constexpr ExprKind kKind = K;
    ExprOf() : Expr(K) {}
};
template <StmtKind K>
struct StmtOf : Stmt {
    static constexpr StmtKind kKind = K;
    StmtOf() : Stmt(K) {}
};

/// The node as a T, or null when it is of another kind (or null).
template <class T, class N>
const T* as(const N* node) {
    return node && node->kind == T::kKind ? static_cast<const T*>(node) : nullptr;
}

using Exprs = std::vector<const Expr*>;
using Block = std::vector<const Stmt*>;

struct Name : ExprOf<ExprKind::Name> {
    std::string id;
};
/// A number, string, True, False, None or `...`.
struct Constant : ExprOf<ExprKind::Constant> {
    IValue value;
    bool is_ellipsis = false;
};
/// f"text{value!r:spec}…": pieces of text and expressions in order; exactly one of each piece's members is set.
struct FormattedString : ExprOf<ExprKind::FormattedString> {
    struct Piece {
        std::string text;
        const Expr* value = nullptr;
        char conversion = 0;
        std::string format_spec;
    };
    std::vector<Piece> pieces;
};
/// -x, +x, ~x, not x.
struct Unary : ExprOf<ExprKind::Unary> {
    TokenKind op;
    const Expr* operand;
};
/// Arithmetic and bit operators.
struct Binary : ExprOf<ExprKind::Binary> {
    TokenKind op;
    const Expr* left;
    const Expr* right;
};
/// and, or.
struct BoolOperation : ExprOf<ExprKind::BoolOperation> {
    TokenKind op;
    const Expr* left;
    const Expr* right;
};
/// a < b <= c …: one operator more than `rest` has operands before it.
struct Compare : ExprOf<ExprKind::Compare> {
    const Expr* first;
    std::vector<std::pair<TokenKind, const Expr*>> rest;
    std::vector<int64_t> anchors;  ///< where each operator stands
};
/// then if condition else otherwise.
struct Conditional : ExprOf<ExprKind::Conditional> {
    const Expr* condition;
    const Expr* then;
    const Expr* otherwise;
};
struct Keyword {
    std::string name;  ///< "" for **value
    const Expr* value;
    SourceRange range;
};
struct Call : ExprOf<ExprKind::Call> {
    const Expr* callee;
    Exprs args;  ///< may hold Starred
    std::vector<Keyword> keywords;
};
struct Attribute : ExprOf<ExprKind::Attribute> {
    const Expr* value;
    std::string name;
    SourceRange name_range;
};
/// value[a, b:c, …]: a parenthesised tuple is one index.
struct Subscript : ExprOf<ExprKind::Subscript> {
    const Expr* value;
    Exprs indices;
};
struct Slice : ExprOf<ExprKind::Slice> {
    const Expr* start = nullptr;
    const Expr* stop = nullptr;
    const Expr* step = nullptr;
};
struct Starred : ExprOf<ExprKind::Starred> {
    const Expr* value;
};
struct Tuple : ExprOf<ExprKind::Tuple> {
    Exprs elements;
};
struct List : ExprOf<ExprKind::List> {
    Exprs elements;
};
/// A key is null where `**value` stands.
struct Dict : ExprOf<ExprKind::Dict> {
    Exprs keys;
    Exprs values;
};
/// `for target in iterable if condition…`.
struct Comprehension {
    const Expr* target;
    const Expr* iterable;
    Exprs conditions;
};
struct ListComprehension : ExprOf<ExprKind::ListComprehension> {
    const Expr* element;
    std::vector<Comprehension> loops;
};
struct DictComprehension : ExprOf<ExprKind::DictComprehension> {
    const Expr* key;
    const Expr* value;
    std::vector<Comprehension> loops;
};
struct Parameter {
    enum class Kind : uint8_t { normal, keyword_only, var_positional, var_keyword };
    std::string name;
    const Expr* annotation = nullptr;
    const Expr* default_value = nullptr;
    Kind kind = Kind::normal;
    bool positional_only = false;  ///< stands before `/`
    SourceRange range;
    /// Text of `# type: …` behind it, or unknown.
    SourceRange type_comment;
};
struct Lambda : ExprOf<ExprKind::Lambda> {
    std::vector<Parameter> parameters;
    const Expr* body;
};
/// What Python has and the language has not (sets, :=, yield, …): no mistake before it is compiled or reached.
struct PythonExpression : ExprOf<ExprKind::PythonExpression> {
    std::string sentence;  ///< why it is refused
};

/// targets[0] = targets[1] = … = value; with an annotation, one target and perhaps no value.
struct Assign : StmtOf<StmtKind::Assign> {
    Exprs targets;
    const Expr* annotation = nullptr;
    const Expr* value = nullptr;
};
struct AugmentedAssign : StmtOf<StmtKind::AugmentedAssign> {
    const Expr* target;
    TokenKind op;  ///< the operator without its `=`
    const Expr* value;
};
struct Expression : StmtOf<StmtKind::Expression> {
    const Expr* value;
};
/// An `elif` is an If alone in the else block of the one before.
struct If : StmtOf<StmtKind::If> {
    const Expr* condition;
    Block then;
    Block otherwise;
};
struct While : StmtOf<StmtKind::While> {
    const Expr* condition;
    Block body;
    Block otherwise;
};
struct For : StmtOf<StmtKind::For> {
    const Expr* target;
    const Expr* iterable;
    Block body;
    Block otherwise;
};
struct With : StmtOf<StmtKind::With> {
    struct Item {
        const Expr* value;
        const Expr* target;  ///< null without `as`
    };
    std::vector<Item> items;
    Block body;
};
struct Try : StmtOf<StmtKind::Try> {
    struct Handler {
        const Expr* type;  ///< null: of any exception
        std::string name;  ///< "" without `as`
        Block body;
        SourceRange range;
    };
    SourceRange keyword_range;
    Block body;
    std::vector<Handler> handlers;
    Block otherwise;
    Block last;  ///< `finally`
};
struct Assert : StmtOf<StmtKind::Assert> {
    const Expr* condition;
    const Expr* message;  ///< may be null
};
struct Raise : StmtOf<StmtKind::Raise> {
    const Expr* exception;  ///< may be null
    const Expr* cause;      ///< may be null
};
struct Delete : StmtOf<StmtKind::Delete> {
    Exprs targets;
};
struct Pass : StmtOf<StmtKind::Pass> {};
struct Break : StmtOf<StmtKind::Break> {};
struct Continue : StmtOf<StmtKind::Continue> {};
struct Return : StmtOf<StmtKind::Return> {
    const Expr* value;  ///< may be null
};
struct Global : StmtOf<StmtKind::Global> {
    std::vector<std::string> names;
    bool is_nonlocal = false;
};
/// `import a.b as c` (names empty) or `from a.b import x as y`.
struct Import : StmtOf<StmtKind::Import> {
    struct Alias {
        std::string name;
        std::string as;
    };
    std::string module;  ///< of `from`; "" of a plain import
    int level = 0;       ///< dots before the module: where it is searched from
    std::vector<Alias> names;
};
struct FunctionDef : StmtOf<StmtKind::FunctionDef> {
    std::string name;
    SourceRange name_range;
    std::vector<Parameter> parameters;
    SourceRange parameters_range;
    const Expr* returns = nullptr;
    Exprs decorators;
    Block body;
    /// Text of `# type: (…) -> …` behind the header, or unknown.
    SourceRange type_comment;
};
struct ClassDef : StmtOf<StmtKind::ClassDef> {
    std::string name;
    SourceRange name_range;
    Exprs bases;
    std::vector<Keyword> keywords;
    Exprs decorators;
    Block body;
};
/// As PythonExpression: match, async.
struct PythonStatement : StmtOf<StmtKind::PythonStatement> {
    std::string sentence;
};

}  // namespace ast

/// One parsed text: owns its nodes.
class Ast {
 public:
    explicit Ast(std::shared_ptr<const Source> source) : source_(std::move(source)) {}
    ~Ast();
    Ast(const Ast&) = delete;
    Ast& operator=(const Ast&) = delete;
    const std::shared_ptr<const Source>& source() const { return source_; }
    /// Top-level statements.
    ast::Block body;
    /// Lets every range begin at its anchor: code inside archives, whose debug records are looked up by it.
    void anchor_ranges();

    template <class T>
    T* make(int64_t begin, int64_t end) {
        T* node = new (memory_.allocate(sizeof(T), alignof(T))) T();
        nodes_.push_back(node);
        node->range = SourceRange(source_, begin, end);
        node->anchor = begin;
        return node;
    }

 private:
    std::shared_ptr<const Source> source_;
    std::pmr::monotonic_buffer_resource memory_;
    std::vector<ast::SyntaxNode*> nodes_;
};

/// "Subscript", for messages.
const char* kind_name(ast::ExprKind kind);
const char* kind_name(ast::StmtKind kind);

/// "a.b.c": the dotted name of Name/Attribute chains, or "" for anything else.
std::string dotted_name(const ast::Expr* expr);

}  // namespace wick::jit
