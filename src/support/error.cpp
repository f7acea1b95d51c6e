#include <fmt/format.h>

#include <wick/support/error.h>

namespace wick {

static std::string describe(const SourceRange& range, const std::string& message) {
    if (!range.known()) return message;
    return fmt::format("{}: error: {}\n{}", range.location(), message, range.highlight());
}

CompileError::CompileError(const SourceRange& range, const std::string& message)
    : Error(describe(range, message)), range_(range), sentence_(message) {}

CompileError::CompileError(const CompileError& error, const std::string& more)
    : Error(error.what() + ("\n" + more)), range_(error.range_), sentence_(error.sentence_) {}

static std::string describe(const std::string& record, int64_t offset, const std::string& message) {
    if (record.empty() && offset < 0) return message;
    if (offset < 0) return fmt::format("record '{}': {}", record, message);
    if (record.empty()) return fmt::format("offset {}: {}", offset, message);
    return fmt::format("record '{}', offset {}: {}", record, offset, message);
}

ArchiveError::ArchiveError(const std::string& record, int64_t offset, const std::string& message)
    : Error(describe(record, offset, message)), record_(record), offset_(offset) {}

}  // namespace wick
