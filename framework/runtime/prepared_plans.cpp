#include "framework/runtime/prepared_plans.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/profile/slice_inputs.h"
#include "framework/profile/stopwatch.h"
#include "framework/runtime/slice_chain.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {

struct PreparedPlan {
  std::shared_ptr<const model::Model> model;
  EdgePlan checked;
  std::vector<slice::SliceSpec> pieces;
  std::shared_ptr<ServiceTimes> times;
  bool timed = false;  ///< pieces and prediction are final
  bool compiling = false;
  std::size_t to_compile = 0;  ///< pieces that the cache has not answered for
  std::string error;           ///< of a piece
  std::string failure;         ///< of the last preparation; empty when it went well
  TimePoint try_again;         ///< after a failure not before
  std::vector<PreparedPlans::Then> waiters;
};

namespace {

constexpr int kWarmUpRuns = 3;
constexpr int kMostPieces = 64;
constexpr Duration kWarmUpPatience = std::chrono::milliseconds(200);
/// What failed once mostly fails again, but memory may have been short.
constexpr Duration kRetryFailed = std::chrono::minutes(1);

}  // namespace

/// Runs a freshly compiled plan a few times, once a turn: its first runs are slower than those to
/// come. How long the very first one takes, nobody can foretell.
class WarmUpWork final : public EdgeWork {
 public:
  WarmUpWork(PreparedPlans& owner, std::shared_ptr<PreparedPlan> plan,
             std::vector<std::shared_ptr<const slice::Slice>> pieces)
      : owner_(owner), plan_(std::move(plan)), pieces_(std::move(pieces)) {
    background = true;
    deadline = owner_.time_.now() + kWarmUpPatience;
    predicted = plan_->times->of(1);
  }

  bool wanted() const override { return true; }

  bool run(const EdgeWorks&) override {
    try {
      run_once();
      if (runs_ == kWarmUpRuns) owner_.on_timed(plan_, fastest_);
    } catch (const std::exception& error) {
      owner_.finish(plan_, error.what());
      return true;
    }
    deadline = owner_.time_.now() + kWarmUpPatience;
    return runs_ == kWarmUpRuns;
  }

  void drop(transport::Refusal, const std::string& sentence) override {
    owner_.finish(plan_, sentence);
  }

 private:
  void run_once() {
    if (inputs_.empty()) inputs_ = profile::slice_inputs(*plan_->model, plan_->checked.units);
    const c10::InferenceMode inference;
    SliceChain chain(pieces_, plan_->checked.inputs, inputs_);
    const profile::Stopwatch watch;
    while (!chain.done()) chain.run_next();
    predicted = watch.elapsed();
    fastest_ = std::min(fastest_, predicted);
    ++runs_;
  }

  PreparedPlans& owner_;
  const std::shared_ptr<PreparedPlan> plan_;
  const std::vector<std::shared_ptr<const slice::Slice>> pieces_;
  std::vector<at::Tensor> inputs_;
  Duration fastest_ = Duration::max();
  int runs_ = 0;
};

PreparedPlans::PreparedPlans(const Limits& limits, EdgeQueue& queue, const TimeSource& time)
    : limits_(limits),
      queue_(queue),
      time_(time),
      cache_(std::make_unique<slice::SliceCache>(limits.slice_cache_bytes)) {}

PreparedPlans::~PreparedPlans() = default;

std::shared_ptr<PreparedPlan> PreparedPlans::known(const model::Model& model,
                                                   const EdgePlan& plan) {
  const auto found = std::find_if(plans_.begin(), plans_.end(), [&](const auto& entry) {
    return entry->model.get() == &model && entry->checked == plan;
  });
  if (found == plans_.end()) return nullptr;
  plans_.splice(plans_.begin(), plans_, found);
  return *found;
}

std::shared_ptr<PreparedPlan> PreparedPlans::remember(
    const std::shared_ptr<const model::Model>& model, const EdgePlan& plan) {
  if (auto found = known(*model, plan)) return found;
  auto entry = std::make_shared<PreparedPlan>();
  entry->model = model;
  entry->checked = plan;
  entry->pieces = chop(model->layers(), plan, 1);
  entry->times = std::make_shared<ServiceTimes>(model->layers().batchable);
  plans_.push_front(entry);
  if (plans_.size() > limits_.max_known) plans_.pop_back();
  return entry;
}

std::vector<std::shared_ptr<const slice::Slice>> PreparedPlans::compiled(const PreparedPlan& plan) {
  std::vector<std::shared_ptr<const slice::Slice>> pieces;
  for (const slice::SliceSpec& spec : plan.pieces) {
    auto slice = cache_->find(*plan.model, spec);
    if (!slice) return {};
    pieces.push_back(std::move(slice));
  }
  return pieces;
}

std::optional<ReadyPlan> PreparedPlans::find(const std::shared_ptr<const model::Model>& model,
                                             const EdgePlan& plan) {
  const std::lock_guard lock(mutex_);
  const auto entry = known(*model, plan);
  if (!entry || !entry->timed) return std::nullopt;
  auto pieces = compiled(*entry);
  if (pieces.empty()) return std::nullopt;
  return ReadyPlan{entry->checked, model, std::move(pieces), entry->times};
}

std::string PreparedPlans::standing_failure(const PreparedPlan& plan) const {
  return time_.now() < plan.try_again ? plan.failure : "";
}

std::string PreparedPlans::failure(const std::shared_ptr<const model::Model>& model,
                                   const EdgePlan& plan) {
  const std::lock_guard lock(mutex_);
  const auto entry = known(*model, plan);
  return entry ? standing_failure(*entry) : "";
}

bool PreparedPlans::prepare(const std::shared_ptr<const model::Model>& model, const EdgePlan& plan,
                            Then then) {
  std::shared_ptr<PreparedPlan> entry;
  std::string failure;
  bool settled = false;
  {
    const std::lock_guard lock(mutex_);
    entry = remember(model, plan);
    if (!entry->compiling) {
      failure = standing_failure(*entry);
      settled = !failure.empty() || (entry->timed && !compiled(*entry).empty());
      if (!settled && compiling_ >= limits_.max_compiling) return false;
    }
    if (!settled && then) entry->waiters.push_back(std::move(then));
    if (entry->compiling) return true;
    if (!settled) {
      entry->compiling = true;
      ++compiling_;
    }
  }
  if (!settled) {
    compile(entry);
  } else if (then) {
    then(failure);
  }
  return true;
}

void PreparedPlans::compile(const std::shared_ptr<PreparedPlan>& plan) {
  std::vector<slice::SliceSpec> pieces;
  {
    const std::lock_guard lock(mutex_);
    pieces = plan->pieces;
    plan->to_compile = pieces.size();
    plan->error.clear();
  }
  for (const slice::SliceSpec& spec : pieces) {
    cache_->prepare(plan->model, spec,
                    [this, plan](const std::shared_ptr<const slice::Slice>&,
                                 const std::string& error) { on_compiled(plan, error); });
  }
}

void PreparedPlans::on_compiled(const std::shared_ptr<PreparedPlan>& plan,
                                const std::string& error) {
  std::vector<std::shared_ptr<const slice::Slice>> pieces;
  std::string failure;
  bool timed = false;
  {
    const std::lock_guard lock(mutex_);
    if (!error.empty()) plan->error = error;
    if (--plan->to_compile > 0) return;
    failure = plan->error;
    timed = plan->timed;
    if (failure.empty()) pieces = compiled(*plan);
  }
  if (!failure.empty()) return finish(plan, failure);
  if (pieces.empty()) {
    return finish(plan, "the plan's slices do not fit into the edge's slice cache together");
  }
  if (timed) return finish(plan, "");
  queue_.add_background(std::make_shared<WarmUpWork>(*this, plan, std::move(pieces)));
}

void PreparedPlans::on_timed(const std::shared_ptr<PreparedPlan>& plan, Duration compute) {
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    plan->times->set_alone(compute);
    // Chopping costs a few percent, so what exceeds a piece by little stays whole.
    const auto wanted = static_cast<int>(
        std::min<std::int64_t>(kMostPieces, (compute + limits_.piece / 2) / limits_.piece));
    if (plan->pieces.size() == 1 && wanted > 1) {
      plan->pieces = chop(plan->model->layers(), plan->checked, wanted);
      again = plan->pieces.size() > 1;
    }
    plan->timed = !again;
  }
  if (again) {
    compile(plan);
  } else {
    finish(plan, "");
  }
}

void PreparedPlans::finish(const std::shared_ptr<PreparedPlan>& plan, const std::string& error) {
  std::vector<Then> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(plan->waiters);
    plan->failure = error;
    if (!error.empty()) plan->try_again = time_.now() + kRetryFailed;
    plan->compiling = false;
    --compiling_;
  }
  for (const Then& then : waiters) then(error);
}

}  // namespace branchline::runtime
