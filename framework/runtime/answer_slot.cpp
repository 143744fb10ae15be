#include "framework/runtime/answer_slot.h"

#include <utility>

namespace branchline::runtime {

AnswerSlot::AnswerSlot(std::uint64_t frame, TimeBudget budget) : budget_(budget) {
  result_.frame = frame;
  result_.deadline = budget.total();
}

void AnswerSlot::begin(Plan plan, Why why, Link link, bool infeasible) {
  const std::lock_guard lock(mutex_);
  edge_pending_ = plan.place != Place::device;
  planned_ = std::move(plan);
  result_.why = why;
  result_.link = std::move(link);
  infeasible_ = infeasible;
}

void AnswerSlot::changed(std::unique_lock<std::mutex> lock) {
  const std::function<void()> tell = on_change_;
  lock.unlock();
  changed_.notify_all();
  if (tell) tell();
}

void AnswerSlot::offer_device(Plan plan, Tensor logits, bool final) {
  std::unique_lock lock(mutex_);
  if (final_ || (device_ && device_->plan.exit >= plan.exit)) return;
  device_ = Answer{std::move(plan), std::move(logits)};
  final_ = final_ || final;
  changed(std::move(lock));
}

void AnswerSlot::offer_confident(Plan plan, Tensor logits) {
  std::unique_lock lock(mutex_);
  if (final_) return;
  device_ = Answer{std::move(plan), std::move(logits)};
  final_ = confident_ = true;
  changed(std::move(lock));
}

void AnswerSlot::offer_planned(Plan plan, Tensor logits) {
  std::unique_lock lock(mutex_);
  planned_answer_ = Answer{std::move(plan), std::move(logits)};
  edge_pending_ = false;
  final_ = true;
  changed(std::move(lock));
}

void AnswerSlot::abandon_edge(Why why, std::string detail) {
  std::unique_lock lock(mutex_);
  edge_pending_ = false;
  release_ = {};
  if (settled_) return;
  result_.why = why;
  result_.detail = std::move(detail);
  changed(std::move(lock));
}

void AnswerSlot::finish() {
  std::unique_lock lock(mutex_);
  final_ = true;
  changed(std::move(lock));
}

void AnswerSlot::fail(Outcome outcome, Why why, std::string detail) {
  std::unique_lock lock(mutex_);
  if (settled_ || final_) return;
  failed_ = final_ = true;
  result_.outcome = outcome;
  result_.why = why;
  result_.detail = std::move(detail);
  changed(std::move(lock));
}

void AnswerSlot::record(const std::function<void(Timing&, Spans&)>& change) {
  const std::lock_guard lock(mutex_);
  if (!settled_) change(result_.timing, result_.spans);
}

void AnswerSlot::note_sent_again(SentAgain kind) {
  const std::lock_guard lock(mutex_);
  if (!settled_) result_.sent_again = kind;
}

void AnswerSlot::note_edge(std::string edge) {
  const std::lock_guard lock(mutex_);
  if (!settled_) result_.link.edge = std::move(edge);
}

void AnswerSlot::on_settled(std::function<void(EdgeRelease)> release) {
  {
    const std::lock_guard lock(mutex_);
    if (!settled_) {
      release_ = std::move(release);
      return;
    }
  }
  release(EdgeRelease::unwanted);
}

void AnswerSlot::on_change(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  on_change_ = std::move(changed);
}

bool AnswerSlot::due_locked(TimePoint now) const {
  return settled_ || final_ || (device_ && now >= budget_.answer_by());
}

bool AnswerSlot::due(TimePoint now) const {
  const std::lock_guard lock(mutex_);
  return due_locked(now);
}

std::optional<TimePoint> AnswerSlot::wait() const {
  std::unique_lock lock(mutex_);
  const auto final = [this] { return settled_ || final_; };
  if (changed_.wait_until(lock, budget_.answer_by(), final)) return std::nullopt;
  const TimePoint woke = Clock::now();
  // Late is better than never: the compute thread owes an answer or an error.
  changed_.wait(lock, [this] { return settled_ || final_ || device_; });
  return woke;
}

bool AnswerSlot::decided() const {
  const std::lock_guard lock(mutex_);
  return settled_ || final_;
}

bool AnswerSlot::settled() const {
  const std::lock_guard lock(mutex_);
  return settled_;
}

void AnswerSlot::choose_answer(TimePoint now) {
  if (failed_) return;
  const bool as_planned = planned_answer_.has_value() && !confident_;
  const std::optional<Answer>& answer = as_planned ? planned_answer_ : device_;
  if (!answer) {
    result_.outcome = Outcome::error;
    result_.why = Why::model_error;
    return;
  }
  result_.plan = answer->plan;
  result_.plan.predicted = planned_.predicted;
  result_.plan.margin = planned_.margin;
  result_.outputs = {answer->logits};
  const bool in_time = now <= budget_.deadline;
  result_.outcome = in_time ? Outcome::ok : Outcome::late;
  const bool less_than_planned =
      planned_.place != Place::device || answer->plan.exit < planned_.exit;
  if (confident_) result_.why = Why::confident;
  if (less_than_planned && !as_planned && !confident_) result_.abandoned = planned_;
  if (edge_pending_ && !as_planned && !confident_ && result_.why != Why::probing) {
    // The device may be done before the edge was even due.
    const bool was_due = now - budget_.start > planned_.predicted || now >= budget_.answer_by();
    result_.why = was_due ? Why::edge_timeout : Why::link_too_slow;
  }
  if (infeasible_ && !(as_planned && in_time)) {
    result_.outcome = Outcome::infeasible;
    result_.why = Why::deadline_too_tight;
  }
}

void AnswerSlot::end_spans() {
  for (Span& span : result_.spans) {
    const bool open = span.step == Step::unanswered && span.length == Duration::zero();
    if (open) span.length = result_.latency - span.begin;
  }
}

Result AnswerSlot::settle(TimePoint now) {
  std::function<void(EdgeRelease)> release;
  std::function<void()> tell;
  EdgeRelease why = EdgeRelease::overtaken;
  Result result;
  {
    const std::lock_guard lock(mutex_);
    if (!settled_) {
      result_.latency = result_.timing.total = now - budget_.start;
      end_spans();
      choose_answer(now);
      settled_ = true;
      if (edge_pending_ && now >= budget_.answer_by()) why = EdgeRelease::overdue;
      if (failed_ || confident_) why = EdgeRelease::unwanted;
      release = std::exchange(release_, {});
      tell = on_change_;
    }
    result = result_;
  }
  changed_.notify_all();
  if (release) release(why);
  if (tell) tell();
  return result;
}

}  // namespace branchline::runtime
