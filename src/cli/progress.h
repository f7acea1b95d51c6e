#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wick::cli {

/// A line on stderr that shows how far long work has come; silent when stderr is no terminal or the work is short.
class Progress {
 public:
    Progress(std::string what, int64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void advance(int64_t by = 1);
    /// When more work turns up.
    void set_total(int64_t total) { total_ = total; }

 private:
    std::string what_;
    int64_t total_;
    int64_t done_ = 0;
    bool visible_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point next_draw_;
};

}  // namespace wick::cli
