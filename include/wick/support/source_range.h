#pragma once
// Where in which text: the one location type of front end, IR, interpreter and errors.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <wick/support/export.h>

namespace wick {

class SourceRange;

/// One source text with its name. Immutable and shared by every range that points into it.
class WICK_API Source {
 public:
    /// Where the text at a byte offset came from, for text that a program wrote (code inside an archive).
    using Origin = std::function<SourceRange(int64_t offset)>;

    /// `first_line` is the number of the text's first line (1-based) when it is an excerpt of a file.
    Source(std::string text, std::string name, int64_t first_line = 1);

    const std::string& text() const { return text_; }
    const std::string& name() const { return name_; }
    /// 1-based line (counted from first_line) and 1-based column of a byte offset (clamped to the text).
    int64_t line_of(int64_t offset) const;
    int64_t column_of(int64_t offset) const;
    /// The line that holds the offset, without its newline.
    std::string_view line_text(int64_t offset) const;
    /// Before the source is shared.
    void set_origin(Origin origin) { origin_ = std::move(origin); }
    const Origin& origin() const { return origin_; }

 private:
    size_t line_index(int64_t offset) const;

    std::string text_;
    std::string name_;
    int64_t first_line_;
    std::vector<int64_t> line_starts_;
    Origin origin_;
};

/// Half-open byte range [begin, end) of a source; a default-constructed range points nowhere.
class WICK_API SourceRange {
 public:
    SourceRange() = default;
    SourceRange(std::shared_ptr<const Source> source, int64_t begin, int64_t end)
        : source_(std::move(source)), begin_(begin), end_(end) {}

    bool known() const { return source_ != nullptr; }
    const std::shared_ptr<const Source>& source() const { return source_; }
    int64_t begin() const { return begin_; }
    int64_t end() const { return end_; }
    std::string_view text() const;
    /// The range that the text was generated from when its source knows, else this one.
    SourceRange original() const;
    /// "name:line:col", or "" for an unknown range.
    std::string location() const;
    /// The location, three lines of context around the range and a `~~~~ <--- HERE` marker, as PyTorch shows it.
    std::string highlight() const;

 private:
    std::shared_ptr<const Source> source_;
    int64_t begin_ = 0;
    int64_t end_ = 0;
};

}  // namespace wick
