#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "archive/source_export.h"
#include "ir/graph.h"

namespace wick::jit {

/// Whether Python (ASCII) accepts the text as a name; keywords are not told apart.
bool is_identifier(std::string_view text);

/// Writes function bodies; the state that all definitions of one file share (text, counters of temporaries, constants).
class FunctionWriter {
 public:
    FunctionWriter(ConstantTable& constants, ExportDependencies& dependencies, bool importable)
        : constants_(constants), dependencies_(dependencies), importable_(importable) {}

    void function(Function& function, bool type_of_first_argument);

    // Pieces for definitions that are not functions.
    void line(std::string_view text);
    void write(std::string_view text) { body_.append(text, range()); }
    void indent();
    std::string literal(const IValue& value);
    ExportDependencies& dependencies() { return dependencies_; }
    const TaggedText& text() const { return body_; }
    size_t level = 0;

 private:
    using Expression = std::shared_ptr<TaggedText>;
    using Values = std::vector<Value*>;
    class RangeScope;

    const SourceRange& range() const { return ranges_.back(); }
    void put(TaggedText& out, std::string_view text) { out.append(text, range()); }

    // Names.
    std::string unique_name(const std::string& candidate);
    std::string unique_name_for(const Value& value);
    void name_values(const Values& values);
    Expression use_of(const Value* value) const;

    // Statements (source_function.cpp).
    void body(const Block& block);
    void block(const Block& block, bool more_statements_follow);
    void node(Node& node, bool constants);
    void if_statement(Node& node);
    void loop_statement(Node& node);
    /// `def __forked_function0(): …` and `x = fork(__forked_function0)`.
    void fork_statement(Node& node, const std::string& form, const std::string& function);
    void closure_statement(Node& node);
    void assignment(const Values& targets, const Values& values);
    void annotation_of(const Value* target);
    void definition(const Node& node, const TaggedText& expression);
    void expression_statement(Node& node);
    void default_value(const Argument& argument);
    void collect_constants(const Block& block, std::vector<Node*>& constants);
    void add_types_of(const Node& node);

    // Lines that get too long.
    bool is_long(const std::string& text) const { return text.size() + 2 * level >= 40; }
    void split_long_expression(const Value& value);

    // Expressions (source_expression.cpp).
    void expression(TaggedText& out, const Node& node);
    void operator_call(TaggedText& out, const Node& node);
    void call(TaggedText& out, const Node& node);
    void constant(TaggedText& out, const Node& node);
    void foreign_call(TaggedText& out, const Node& node);
    void list(TaggedText& out, const Values& values, const char* open, const char* close);
    void display(TaggedText& out, const Node& node, bool inferable);
    void subscript(TaggedText& out, const Node& node);
    void isinstance(TaggedText& out, const Node& node);

    ConstantTable& constants_;
    ExportDependencies& dependencies_;
    const bool importable_;
    TaggedText body_;
    std::vector<SourceRange> ranges_ = {SourceRange()};
    std::unordered_map<std::string, size_t> next_suffix_;

    // Of the current function.
    std::unordered_set<std::string> used_names_;
    std::unordered_set<const Node*> inlined_;
    std::unordered_set<const Node*> seen_constants_;
    std::unordered_set<const Value*> annotated_;
    std::unordered_map<const Value*, Expression> expressions_;
    std::unordered_map<const Value*, std::string> names_;
    std::unordered_map<const Node*, int64_t> split_up_to_;  // inputs already given statements of their own
    size_t depth_ = 0;
};

}  // namespace wick::jit
