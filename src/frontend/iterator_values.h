#pragma once
// What loops run over and values are not: range, enumerate, zip.

#include <optional>
#include <vector>

#include "frontend/sugared_value.h"

namespace wick::jit {

/// range(stop) or range(start, stop, step), as an iterator.
class RangeValue : public SugaredValue {
 public:
    RangeValue(const SourceRange& range, Graph& graph, std::vector<Value*> args);
    std::string kind() const override { return "range"; }
    SugaredPtr iterator(const SourceRange&, Graph&) override { return shared_from_this(); }
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override;

 private:
    Value* start_ = nullptr;  // null: only a stop was given
    Value* stop_ = nullptr;
    Value* step_ = nullptr;
};

/// enumerate(x), zip(x, y): several iterators in step; an element is the tuple of theirs. A counter is as long as the
/// others.
class ZipValue : public SugaredValue {
 public:
    explicit ZipValue(std::vector<SugaredPtr> iterators, SugaredPtr counter = {})
        : iterators_(std::move(iterators)), counter_(std::move(counter)) {}
    std::string kind() const override { return "iterabletree"; }
    SugaredPtr iterator(const SourceRange&, Graph&) override { return shared_from_this(); }
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override;
    std::optional<size_t> static_length(const SourceRange& range) const override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;

 private:
    std::vector<SugaredPtr> iterators_;
    SugaredPtr counter_;  ///< one of the iterators, or null
};

}  // namespace wick::jit
