#pragma once
// Learning rates that change with the epochs: torch.optim.lr_scheduler. Call a scheduler's step() after the
// optimizer's.
//
//   wick::optim::StepLR scheduler(optimizer, 30, 0.1);

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <wick/optim/optimizer.h>
#include <wick/support/option.h>

namespace wick::optim {

/// The optimizer has to outlive its schedulers.
class WICK_API LRScheduler {
 public:
    explicit LRScheduler(Optimizer& optimizer);
    virtual ~LRScheduler() = default;

    /// Goes to the next epoch.
    void step();
    /// The rates of the groups as they are now.
    std::vector<double> get_last_lr() const { return optimizer_.learning_rates(); }

 protected:
    /// The rate at epoch number `epoch` (from 1) of a group whose rate is `present`, and was `base` at first. Schedules
    /// that multiply the present one can be at work together.
    virtual double next_rate(double present, double base, int64_t epoch) const = 0;
    /// Multiplies the first rates, for epoch 0.
    void begin_with(double factor);

 private:
    Optimizer& optimizer_;
    std::vector<double> base_rates_;
    int64_t epoch_ = 0;
};

/// Multiplies by gamma every step_size epochs; as in libtorch, and unlike in Python, for the first time one epoch
/// later.
class WICK_API StepLR : public LRScheduler {
 public:
    StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1)
        : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {}

 private:
    double next_rate(double present, double base, int64_t epoch) const override;
    int64_t step_size_;
    double gamma_;
};

/// Multiplies by gamma at each of the milestones.
class WICK_API MultiStepLR : public LRScheduler {
 public:
    MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1)
        : LRScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {}

 private:
    double next_rate(double present, double base, int64_t epoch) const override;
    std::vector<int64_t> milestones_;
    double gamma_;
};

/// Multiplies by gamma every epoch.
class WICK_API ExponentialLR : public LRScheduler {
 public:
    ExponentialLR(Optimizer& optimizer, double gamma) : LRScheduler(optimizer), gamma_(gamma) {}

 private:
    double next_rate(double present, double base, int64_t epoch) const override;
    double gamma_;
};

/// From start_factor to end_factor of the rate in total_iters epochs.
class WICK_API LinearLR : public LRScheduler {
 public:
    explicit LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
                      int64_t total_iters = 5);

 private:
    double next_rate(double present, double base, int64_t epoch) const override;
    double start_factor_, end_factor_;
    int64_t total_iters_;
};

/// Half a cosine from the rate down to eta_min in t_max epochs, and up again in as many (Loshchilov and Hutter 2016).
class WICK_API CosineAnnealingLR : public LRScheduler {
 public:
    CosineAnnealingLR(Optimizer& optimizer, int64_t t_max, double eta_min = 0)
        : LRScheduler(optimizer), t_max_(t_max), eta_min_(eta_min) {}

 private:
    double next_rate(double present, double base, int64_t epoch) const override;
    int64_t t_max_;
    double eta_min_;
};

/// The first rate times a function of the epoch.
class WICK_API LambdaLR : public LRScheduler {
 public:
    using Factor = std::function<double(int64_t epoch)>;
    LambdaLR(Optimizer& optimizer, Factor factor) : LRScheduler(optimizer), factor_(std::move(factor)) {
        begin_with(factor_(0));
    }

 private:
    double next_rate(double present, double base, int64_t epoch) const override;
    Factor factor_;
};

class WICK_API ReduceLROnPlateauOptions {
 public:
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(std::string, mode) = "min";  ///< or "max": which way metrics are better
    WICK_OPTION(double, factor) = 0.1;
    WICK_OPTION(int64_t, patience) = 10;
    WICK_OPTION(double, threshold) = 1e-4;
    WICK_OPTION(std::string, threshold_mode) = "rel";  ///< of the best metric, or "abs"
    WICK_OPTION(int64_t, cooldown) = 0;
    WICK_OPTION(double, min_lr) = 0;
    WICK_OPTION(double, eps) = 1e-8;  ///< smaller changes of the rate are not made
};

/// Multiplies by factor when `step` has been given no better metric for more than patience epochs.
class WICK_API ReduceLROnPlateau {
 public:
    explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});
    void step(double metric);
    std::vector<double> get_last_lr() const { return optimizer_.learning_rates(); }

 private:
    bool is_better(double metric) const;
    void reduce();

    Optimizer& optimizer_;
    ReduceLROnPlateauOptions options_;
    double best_;
    int64_t bad_epochs_ = 0;
    int64_t cooldown_left_ = 0;
};

}  // namespace wick::optim
