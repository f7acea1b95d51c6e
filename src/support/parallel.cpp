#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <sched.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <wick/support/check.h>
#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

#include "support/pause.h"

namespace wick {
namespace {

/// CPUs granted by the container's quota (cgroup v2 cpu.max, v1 cfs_quota), or a large number without one.
int quota_cpus() {
    auto read_pair = [](const char* path, double& quota, double& period) {
        FILE* file = std::fopen(path, "r");
        if (!file) return false;
        const bool ok = std::fscanf(file, "%lf %lf", &quota, &period) == 2;
        std::fclose(file);
        return ok;
    };
    auto read_one = [](const char* path, double& value) {
        FILE* file = std::fopen(path, "r");
        if (!file) return false;
        const bool ok = std::fscanf(file, "%lf", &value) == 1;
        std::fclose(file);
        return ok;
    };
    double quota = 0;
    double period = 0;
    if (read_pair("/sys/fs/cgroup/cpu.max", quota, period) ||
        (read_one("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota) &&
         read_one("/sys/fs/cgroup/cpu/cpu.cfs_period_us", period))) {
        if (quota > 0 && period > 0) return std::max(1, static_cast<int>(quota / period + 0.5));
    }
    return 1 << 20;
}

int count_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    int cpus = static_cast<int>(std::thread::hardware_concurrency());
    if (sched_getaffinity(0, sizeof set, &set) == 0) cpus = CPU_COUNT(&set);
    return std::max(1, std::min(cpus, quota_cpus()));
}

int initial_threads() {
    if (const char* text = std::getenv("WICK_NUM_THREADS")) {
        const int threads = std::atoi(text);
        if (threads > 0) return threads;
    }
    return available_cpus();
}

std::atomic<int>& default_threads() {
    static std::atomic<int> threads{initial_threads()};
    return threads;
}

// 0: the process-wide default applies.
thread_local int t_budget = 0;

/// Layers follow one another closely, and waking who sleeps takes longer than many of them: a worker that is done looks
/// for more as long as this before it sleeps.
constexpr std::chrono::microseconds kAttention{200};

/// Tasks wait in one queue; workers are started when first needed and sleep when there is nothing to do.
class Pool {
 public:
    static Pool& instance() {
        // Never destroyed: workers may outlive the end of main.
        static Pool* pool = new Pool();
        // A forked process has none of the workers.
        [[maybe_unused]] static const int forks = pthread_atfork(nullptr, nullptr, [] { pool = new Pool(); });
        return *pool;
    }

    void push(std::function<void()> task, int wanted_workers) {
        {
            std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
            waiting_.store(tasks_.size(), std::memory_order_release);
            const int limit = std::min(wanted_workers, available_cpus());
            if (idle_ < static_cast<int>(tasks_.size()) && static_cast<int>(workers_) < limit) {
                std::thread([this] { work(); }).detach();
                ++workers_;
            }
        }
        ready_.notify_one();
    }

 private:
    void work() {
        bool attentive = false;
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex_);
                ++idle_;
                if (tasks_.empty() && attentive) {
                    lock.unlock();
                    look_for_tasks();
                    lock.lock();
                }
                ready_.wait(lock, [this] { return !tasks_.empty(); });
                --idle_;
                task = std::move(tasks_.front());
                tasks_.pop_front();
                waiting_.store(tasks_.size(), std::memory_order_relaxed);
            }
            task();
            attentive = true;
        }
    }

    void look_for_tasks() const {
        const auto end = std::chrono::steady_clock::now() + kAttention;
        do {
            for (int i = 0; i < 16; ++i) {
                if (waiting_.load(std::memory_order_acquire) > 0) return;
                pause_briefly();
            }
        } while (std::chrono::steady_clock::now() < end);
    }

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> tasks_;
    std::atomic<size_t> waiting_{0};  // tasks_.size()
    int idle_ = 0;
    int workers_ = 0;
};

/// Into how many pieces work is cut that can be stopped between them: those of a minute are shorter than a tenth of a
/// second.
constexpr int64_t kPieces = 1024;

/// fn over a range, in pieces where somebody may stop the work.
void run_range(int64_t begin, int64_t end, int64_t grain, FunctionRef<void(int64_t, int64_t)> fn,
               const StopCheck* stop) {
    if (!stop) return fn(begin, end);
    const int64_t piece = std::max(grain, (end - begin + kPieces - 1) / kPieces);
    for (int64_t b = begin; b < end; b += piece) {
        stop->check_time();
        fn(b, std::min(end, b + piece));
    }
}

/// One parallel_for: parts are claimed by counter, so a late helper finds nothing and leaves.
struct Loop {
    Loop(int64_t begin, int64_t end, int64_t step, int64_t grain, FunctionRef<void(int64_t, int64_t)> fn)
        : begin(begin),
          end(end),
          step(step),
          grain(grain),
          fn(fn),
          stop(StopCheckGuard::current()),
          parts((end - begin + step - 1) / step) {}

    int64_t begin;
    int64_t end;
    int64_t step;
    int64_t grain;
    FunctionRef<void(int64_t, int64_t)> fn;
    const StopCheck* stop;
    std::atomic<int64_t> next{0};
    int64_t parts;
    std::atomic<int64_t> done{0};
    std::atomic_flag failed = ATOMIC_FLAG_INIT;
    std::exception_ptr error;

    void run() {
        const int saved = std::exchange(t_budget, 1);
        StopCheckGuard guard(stop);
        for (int64_t part; (part = next.fetch_add(1, std::memory_order_relaxed)) < parts;) {
            try {
                const int64_t b = begin + part * step;
                run_range(b, std::min(end, b + step), grain, fn, stop);
            } catch (...) {
                if (!failed.test_and_set()) error = std::current_exception();
            }
            if (done.fetch_add(1, std::memory_order_acq_rel) + 1 == parts) done.notify_all();
        }
        t_budget = saved;
    }
};

}  // namespace

int available_cpus() noexcept {
    static const int cpus = count_cpus();
    return cpus;
}

int max_threads() noexcept { return t_budget ? t_budget : default_threads().load(std::memory_order_relaxed); }

void set_num_threads(int threads) {
    WICK_CHECK(threads > 0, "set_num_threads: expected a positive number of threads, got {}", threads);
    default_threads() = threads;
}

int get_num_threads() noexcept { return default_threads(); }

ThreadBudget::ThreadBudget(int threads) : saved_(std::exchange(t_budget, std::max(threads, 1))) {}

ThreadBudget::~ThreadBudget() { t_budget = saved_; }

void parallel_for(int64_t begin, int64_t end, int64_t grain, FunctionRef<void(int64_t, int64_t)> fn) {
    const int64_t count = end - begin;
    if (count <= 0) return;
    const int threads = max_threads();
    grain = std::max<int64_t>(grain, 1);
    if (threads <= 1 || count <= grain) {
        run_range(begin, end, grain, fn, StopCheckGuard::current());
        return;
    }
    const int64_t parts = std::min<int64_t>(threads, (count + grain - 1) / grain);
    const int64_t step = (count + parts - 1) / parts;
    auto loop = std::make_shared<Loop>(begin, end, step, grain, fn);
    for (int64_t i = 1; i < loop->parts; ++i) Pool::instance().push([loop] { loop->run(); }, threads - 1);
    loop->run();
    // The parts that helpers took are short, equal shares of the work: a brief spin saves the sleep and the wake-up.
    for (int spin = 0; spin < 20000 && loop->done.load(std::memory_order_acquire) < loop->parts; ++spin)
        pause_briefly();
    for (int64_t done; (done = loop->done.load(std::memory_order_acquire)) < loop->parts;) loop->done.wait(done);
    if (loop->error) std::rethrow_exception(loop->error);
}

void submit(std::function<void()> task) { Pool::instance().push(std::move(task), max_threads() - 1); }

}  // namespace wick
