#include "framework/runtime/edge_forecast.h"

#include <algorithm>
#include <utility>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

/// How far behind the request whose turn it is others of its plan are looked for.
constexpr std::size_t kReach = 64;
/// Time for requests, per time for background work that goes before them.
constexpr int kRequestsPerBackground = 4;

}  // namespace

EdgeForecast::EdgeForecast(const std::vector<const EdgeWork*>& order,
                           std::vector<TimePoint> free_at, const BatchLimits& limits,
                           TimePoint background_from)
    : order_(order),
      free_at_(std::move(free_at)),
      limits_(limits),
      background_from_(background_from),
      taken_(order.size(), false),
      left_(order.size()) {
  BL_EXPECT(!free_at_.empty(), "a forecast needs a worker");
  for (const EdgeWork* work : order_) requests_ += work->background ? 0 : 1;
}

TimePoint EdgeForecast::background_after(TimePoint begun, TimePoint ended) {
  return ended + kRequestsPerBackground * (ended - begun);
}

/// The first one; not background work whose turn has not come while a request waits.
std::size_t EdgeForecast::next_place(TimePoint now) const {
  std::size_t place = first_;
  const auto gives_way = [&](const EdgeWork& work) {
    return work.background && std::max(work.deadline, background_from_) > now && requests_ > 0;
  };
  while (taken_[place] || gives_way(*order_[place])) ++place;
  return place;
}

/// Whether those that the batch overtakes still end in time, by the margin. One that could not end
/// in time even if it ran now holds nobody back.
bool EdgeForecast::holds(const std::vector<std::size_t>& batch, std::size_t worker,
                         TimePoint now) const {
  std::vector<TimePoint> free_at = free_at_;
  free_at[worker] = now + order_[batch[0]]->time_of(static_cast<int>(batch.size()));
  std::size_t mate = 1;
  for (std::size_t place = batch[0] + 1; place < batch.back(); ++place) {
    if (place == batch[mate]) {
      ++mate;
      continue;
    }
    const EdgeWork& work = *order_[place];
    if (taken_[place] || work.background) continue;
    const auto next = std::min_element(free_at.begin(), free_at.end());
    *next = std::max(*next, now) + work.time_of(1);
    if (*next + limits_.margin > work.deadline && now + work.time_of(1) <= work.deadline)
      return false;
  }
  return true;
}

std::vector<std::size_t> EdgeForecast::batch_of(std::size_t head, std::size_t worker,
                                                TimePoint now) const {
  const EdgeWork& first = *order_[head];
  std::vector<std::size_t> batch = {head};
  if (!first.times || limits_.max_size < 2) return batch;
  const std::size_t end = std::min(order_.size(), head + kReach);
  for (std::size_t place = head + 1; place < end; ++place) {
    if (batch.size() == static_cast<std::size_t>(limits_.max_size)) break;
    if (!taken_[place] && order_[place]->times == first.times) batch.push_back(place);
  }
  for (auto size = ServiceTimes::kSizes.rbegin(); *size > 1; ++size) {
    const auto count = static_cast<std::size_t>(*size);
    if (count > batch.size() || !first.times->pays(*size)) continue;
    batch.resize(count);
    const Duration time = first.times->of(*size);
    if (time > limits_.longest || now + time + limits_.margin > first.deadline) continue;
    if (holds(batch, worker, now)) return batch;
  }
  return {head};
}

std::vector<std::size_t> EdgeForecast::take(std::size_t worker, TimePoint now) {
  if (left_ == 0) return {};
  const std::size_t head = next_place(now);
  std::vector<std::size_t> batch = {head};
  if (!order_[head]->background) {
    batch = batch_of(head, worker, now);
    requests_ -= batch.size();
  }
  for (const std::size_t place : batch) taken_[place] = true;
  left_ -= batch.size();
  while (first_ < order_.size() && taken_[first_]) ++first_;
  free_at_[worker] = now + order_[head]->time_of(static_cast<int>(batch.size()));
  if (order_[head]->background) background_from_ = background_after(now, free_at_[worker]);
  return batch;
}

std::vector<EdgeForecast::Turn> EdgeForecast::run_out() {
  std::vector<Turn> turns(order_.size());
  while (requests_ > 0) {
    const auto next = std::min_element(free_at_.begin(), free_at_.end());
    const TimePoint begin = *next;
    const auto batch = take(static_cast<std::size_t>(next - free_at_.begin()), begin);
    for (const std::size_t place : batch) turns[place] = {begin, *next};
  }
  return turns;
}

TimePoint EdgeForecast::next_free() const {
  return *std::min_element(free_at_.begin(), free_at_.end());
}

}  // namespace branchline::runtime
