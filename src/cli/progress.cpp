#include "cli/progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace wick::cli {

using Clock = std::chrono::steady_clock;
static constexpr auto kDelay = std::chrono::milliseconds(500);
static constexpr auto kInterval = std::chrono::milliseconds(100);
static constexpr int64_t kWidth = 30;

Progress::Progress(std::string what, int64_t total)
    : what_(std::move(what)),
      total_(total),
      visible_(isatty(STDERR_FILENO)),
      started_(Clock::now()),
      next_draw_(started_ + kDelay) {}

Progress::~Progress() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
}

void Progress::advance(int64_t by) {
    done_ += by;
    if (!visible_ || done_ >= total_ || Clock::now() < next_draw_) return;
    next_draw_ = Clock::now() + kInterval;
    drawn_ = true;
    const int64_t filled = kWidth * done_ / total_;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    fmt::print(stderr, "\r\033[K{} [{:=<{}}{: <{}}] {}/{} {:.0f} s left", what_, "", filled, "", kWidth - filled, done_,
               total_, seconds / static_cast<double>(done_) * static_cast<double>(total_ - done_));
    std::fflush(stderr);
}

}  // namespace wick::cli
