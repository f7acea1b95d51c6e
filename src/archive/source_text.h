#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wick/support/source_range.h>

namespace wick::jit {

/// From `offset` on, exported text stands for `range` of the user's own source.
struct TaggedRange {
    size_t offset;
    SourceRange range;
};

/// Text in which every piece remembers the source that it came from.
class TaggedText {
 public:
    void append(std::string_view text, const SourceRange& range) {
        if (text.empty()) return;
        tag(text_.size(), range);
        text_ += text;
    }
    void append(const TaggedText& other) {
        for (const TaggedRange& tagged : other.ranges_) tag(text_.size() + tagged.offset, tagged.range);
        text_ += other.text_;
    }

    const std::string& str() const { return text_; }
    const std::vector<TaggedRange>& ranges() const { return ranges_; }

 private:
    void tag(size_t offset, const SourceRange& range) {
        if (ranges_.empty() || !same(ranges_.back().range, range)) ranges_.push_back({offset, range});
    }
    static bool same(const SourceRange& a, const SourceRange& b) {
        return a.source() == b.source() && a.begin() == b.begin() && a.end() == b.end();
    }

    std::string text_;
    std::vector<TaggedRange> ranges_;
};

}  // namespace wick::jit
