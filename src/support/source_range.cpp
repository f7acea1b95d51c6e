#include <algorithm>
#include <fmt/format.h>

#include <wick/support/source_range.h>

namespace wick {

Source::Source(std::string text, std::string name, int64_t first_line)
    : text_(std::move(text)), name_(std::move(name)), first_line_(first_line), line_starts_{0} {
    for (size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\n') line_starts_.push_back(static_cast<int64_t>(i) + 1);
    }
}

size_t Source::line_index(int64_t offset) const {
    offset = std::clamp<int64_t>(offset, 0, static_cast<int64_t>(text_.size()));
    return std::upper_bound(line_starts_.begin(), line_starts_.end(), offset) - line_starts_.begin() - 1;
}

int64_t Source::line_of(int64_t offset) const { return first_line_ + static_cast<int64_t>(line_index(offset)); }

int64_t Source::column_of(int64_t offset) const {
    return std::clamp<int64_t>(offset, 0, static_cast<int64_t>(text_.size())) - line_starts_[line_index(offset)] + 1;
}

std::string_view Source::line_text(int64_t offset) const {
    int64_t start = line_starts_[line_index(offset)];
    size_t end = text_.find('\n', start);
    if (end == std::string::npos) end = text_.size();
    return std::string_view(text_).substr(start, end - start);
}

std::string_view SourceRange::text() const {
    if (!source_) return {};
    return std::string_view(source_->text()).substr(begin_, end_ - begin_);
}

SourceRange SourceRange::original() const {
    if (!source_ || !source_->origin()) return *this;
    SourceRange origin = source_->origin()(begin_);
    return origin.known() ? origin : *this;
}

std::string SourceRange::location() const {
    if (!source_) return "";
    return fmt::format("{}:{}:{}", source_->name(), source_->line_of(begin_), source_->column_of(begin_));
}

std::string SourceRange::highlight() const {
    if (!source_) return "";
    constexpr int64_t kContext = 3;
    const std::string& text = source_->text();
    const int64_t size = static_cast<int64_t>(text.size());
    const int64_t begin = std::clamp<int64_t>(begin_, 0, size);
    const int64_t end = std::clamp<int64_t>(end_, begin, size);

    auto line_start = [&](int64_t at) {
        while (at > 0 && text[at - 1] != '\n') --at;
        return at;
    };
    auto line_end = [&](int64_t at) {
        while (at < size && text[at] != '\n') ++at;
        return at;
    };
    int64_t first = line_start(begin);
    for (int64_t i = 1; i < kContext && first > 0; ++i) first = line_start(first - 1);

    std::string out;
    const int64_t marked_end = line_end(end > begin ? end - 1 : begin);
    for (int64_t at = first; at <= marked_end;) {
        const int64_t stop = line_end(at);
        out.append(text, at, stop - at);
        out += '\n';
        if (stop >= begin) {
            const int64_t from = std::max(at, begin);
            const int64_t to = std::min(stop, end);
            int64_t indent = from;
            while (indent < to && text[indent] == ' ') ++indent;
            out.append(indent - at, ' ');
            out.append(std::max<int64_t>(to - indent, 1), '~');
            if (stop >= marked_end) out += " <--- HERE";
            out += '\n';
        }
        at = stop + 1;
    }
    return out;
}

}  // namespace wick
