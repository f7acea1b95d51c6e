#include <utility>

#include <wick/support/stop_check.h>

namespace wick {

static thread_local const StopCheck* t_check = nullptr;

StopCheckGuard::StopCheckGuard(const StopCheck* check) : saved_(std::exchange(t_check, check)) {}
StopCheckGuard::~StopCheckGuard() { t_check = saved_; }
const StopCheck* StopCheckGuard::current() noexcept { return t_check; }

}  // namespace wick
