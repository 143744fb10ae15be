#include "framework/runtime/edge_exchange.h"

#include <algorithm>
#include <utility>

#include "framework/model/tensor_bridge.h"
#include "framework/runtime/link_conditions.h"

namespace branchline::runtime {
namespace {

constexpr std::size_t kMostAttempts = 2;

/// The edge has no use for the request, but another one may have.
bool another_edge_may_serve(Why why) {
  return why == Why::link_down || why == Why::edge_overloaded || why == Why::edge_draining;
}

Duration tail_time(const Decision& decision, double device_ratio) {
  Duration time{0};
  for (const DeviceStep& step : decision.shelved->plan.tail) {
    time += step.time->expected(device_ratio);
  }
  return time;
}

Duration time_on_link_and_edge(const Decision& decision, double device_ratio) {
  const Forecast& forecast = decision.choice.forecast;
  return forecast.uplink + forecast.edge + forecast.downlink - decision.link.backlog -
         decision.link.edge_queue + tail_time(decision, device_ratio);
}

/// A budget counts from the request's arrival, half a round trip after it was sent.
Duration time_of_way_back(const Decision& decision, double device_ratio) {
  const Duration half_round_trip = conditions_of(decision.link).round_trip / 2;
  return half_round_trip + decision.choice.forecast.downlink + tail_time(decision, device_ratio);
}

bool any_packed(const transport::Request& request) {
  return std::any_of(request.tensors.begin(), request.tensors.end(), [](const auto& tensor) {
    return transport::packing_of(tensor.encoded.codec) != transport::Packing::none;
  });
}

}  // namespace

EdgeExchange::EdgeExchange(Decision decision, std::shared_ptr<AnswerSlot> slot, RunContext& context)
    : decision_(std::move(decision)),
      slot_(std::move(slot)),
      context_(context),
      needs_(time_on_link_and_edge(decision_, context.replanner.device_ratio())),
      way_back_(time_of_way_back(decision_, context.replanner.device_ratio())) {}

/// What the edge may use, by its own clock, which starts when the request arrives. Who only wants
/// to see the edge's answer, or how long it takes, gets it however late.
Duration EdgeExchange::budget_at(TimePoint sent) const {
  const Why why = decision_.choice.why;
  const bool however_late = why == Why::forced || why == Why::probing;
  const Duration left = useful_until_ - sent;
  return std::max(however_late ? left : left - way_back_, Duration::zero());
}

EdgeExchange::State EdgeExchange::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::optional<TimePoint> EdgeExchange::hedge_at() const {
  const std::lock_guard lock(mutex_);
  return hedge_at_;
}

FeatureMaps EdgeExchange::take_returned() {
  const std::lock_guard lock(mutex_);
  return std::exchange(returned_, {});
}

void EdgeExchange::send(transport::Request request, TimePoint useful_until) {
  useful_until_ = useful_until;
  bytes_ = transport::payload_bytes(request.tensors);
  packed_ = any_packed(request);
  const Duration overdue = exchange_p95(decision_.choice.forecast, conditions_of(decision_.link));
  const bool hedges = context_.hedge && decision_.choice.why != Why::probing;
  {
    const std::lock_guard lock(mutex_);
    request_ = std::move(request);
    if (hedges) hedge_at_ = context_.time.now() + overdue;
  }
  const LinkView& link = decision_.link;
  if (!attempt({link.connection, false, link.edge}) && !send_again(SentAgain::failover)) {
    return give_up_if_hopeless(Why::link_down, "the connection was lost before sending");
  }
  slot_->on_settled([weak = weak_from_this()](EdgeRelease why) {
    if (const auto self = weak.lock()) self->release(why);
  });
}

/// @returns false when nothing was sent
bool EdgeExchange::attempt(Attempt to) {
  transport::Request request;
  std::size_t index = 0;
  to.sent = context_.time.now();
  {
    const std::lock_guard lock(mutex_);
    if (!may_attempt()) return false;
    index = attempts_.size();
    attempts_.push_back(to);
    request = request_;
  }
  request.budget = budget_at(to.sent);
  slot_->record([&](Timing& timing, Spans& spans) {
    timing.bytes_up += bytes_;
    spans.push_back({Step::unanswered, to.sent - slot_->budget().start});
  });
  const auto id = context_.link.ask(
      std::move(request), bytes_,
      [self = shared_from_this(), index](LinkReply reply) { self->hear(index, std::move(reply)); },
      {to.connection, to.spare});
  if (!id) forget(to);
  bool unwanted = false;
  {
    const std::lock_guard lock(mutex_);
    Attempt& sent = attempts_[index];
    sent.id = id.value_or(0);
    unwanted = id && !sent.over && (claimed_ || released_);
    sent.over = sent.over || !id || unwanted;
  }
  if (unwanted) context_.link.cancel(*id, false);
  return id.has_value();
}

/// Whether one more makes sense. With mutex_ held.
bool EdgeExchange::may_attempt() const {
  return attempts_.size() < kMostAttempts && !claimed_ && !released_ && state_ != State::failed;
}

/// It was never sent.
void EdgeExchange::forget(const Attempt& attempt) {
  slot_->record([&](Timing& timing, Spans& spans) {
    timing.bytes_up -= bytes_;
    std::erase_if(spans, [&](const Span& span) { return stands_for(span, attempt); });
  });
}

/// Whether it is the attempt's own, while nothing has come back.
bool EdgeExchange::stands_for(const Span& span, const Attempt& attempt) const {
  return span.step == Step::unanswered && span.length == Duration::zero() &&
         span.begin == attempt.sent - slot_->budget().start;
}

/// To the other edge, if there is one that has the plan ready and time for it.
bool EdgeExchange::send_again(SentAgain kind) {
  {
    const std::lock_guard lock(mutex_);
    if (!may_attempt()) return false;
  }
  if (slot_->settled() || useful_until_ - context_.time.now() < needs_) return false;
  std::optional<Attempt> other = other_edge();
  if (!other) return false;
  slot_->note_sent_again(kind);
  if (attempt(*std::move(other))) return true;
  slot_->note_sent_again(SentAgain::no);
  return false;
}

std::optional<EdgeExchange::Attempt> EdgeExchange::other_edge() const {
  const LinkView view = context_.link.view();
  const auto fits = [&](std::uint64_t connection, bool packs) {
    return connection != 0 && connection != decision_.link.connection && (packs || !packed_) &&
           decision_.shelved->ready(connection);
  };
  const bool took_over = view.up && !view.draining && fits(view.connection, view.packs);
  if (took_over) return Attempt{view.connection, false, view.edge};
  if (fits(view.spare, view.spare_packs)) return Attempt{view.spare, true, view.spare_edge};
  return std::nullopt;
}

void EdgeExchange::hedge_if_due() {
  {
    const std::lock_guard lock(mutex_);
    if (!hedge_at_ || context_.time.now() < *hedge_at_) return;
    hedge_at_.reset();
    if (attempts_.size() == kMostAttempts) return;
  }
  if (send_again(SentAgain::hedge)) return;
  // Whoever lost the first one meanwhile may have trusted in this one.
  give_up_if_hopeless(Why::link_down, "the connection was lost");
}

void EdgeExchange::hear(std::size_t index, LinkReply reply) {
  const RunnablePlan& plan = decision_.shelved->plan;
  const TimePoint now = context_.time.now();
  EdgeReply heard = read_reply(context_.graph, *plan.remote, std::move(reply));
  Attempt attempt;
  {
    const std::lock_guard lock(mutex_);
    attempt = attempts_[index];
    attempts_[index].over = true;
  }
  if (heard.forgotten) context_.shelf.forget_edge(plan.key, attempt.connection);
  slot_->record([&](Timing&, Spans& spans) {
    const auto own = std::find_if(spans.begin(), spans.end(),
                                  [&](const Span& span) { return stands_for(span, attempt); });
    if (own == spans.end()) return;
    own->length = now - attempt.sent;
    if (!heard.values) return;
    spans.erase(own);
    add_spans(heard, now - slot_->budget().start, spans);
  });
  if (heard.values) {
    take_answer(attempt, std::move(heard));
  } else {
    const bool again = another_edge_may_serve(heard.why) && send_again(SentAgain::failover);
    if (!again) give_up_if_hopeless(heard.why, heard.sentence);
  }
  context_.bell.ring();
}

/// The first answer counts. @returns whether this is it, and the attempts to be given up
std::optional<std::vector<std::uint64_t>> EdgeExchange::claim() {
  const std::lock_guard lock(mutex_);
  if (claimed_) return std::nullopt;
  claimed_ = true;
  hedge_at_.reset();
  request_ = {};
  std::vector<std::uint64_t> losers;
  for (Attempt& attempt : attempts_) {
    if (attempt.over || attempt.id == 0) continue;
    attempt.over = true;
    losers.push_back(attempt.id);
  }
  return losers;
}

void EdgeExchange::take_answer(const Attempt& attempt, EdgeReply heard) {
  const auto losers = claim();
  if (!losers) return;
  const bool second = attempt.connection != decision_.link.connection;
  for (const std::uint64_t id : *losers) context_.link.cancel(id, second);
  if (second) slot_->note_edge(attempt.edge);
  slot_->record([&heard](Timing& timing, Spans&) { add_times(heard, timing); });
  const RunnablePlan& plan = decision_.shelved->plan;
  if (!attempt.spare) context_.replanner.add_edge_run(decision_, heard.compute);
  FeatureMaps returned;
  if (plan.tail.empty()) {
    const auto& value = context_.graph.exits[static_cast<std::size_t>(plan.exit)].value;
    slot_->offer_planned(decision_.plan, heard.values->at(value));
  } else {
    for (const auto& [id, tensor] : *heard.values) returned[id] = model::to_torch(tensor);
  }
  const std::lock_guard lock(mutex_);
  returned_ = std::move(returned);
  state_ = State::answered;
}

void EdgeExchange::give_up_if_hopeless(Why why, const std::string& sentence) {
  {
    const std::lock_guard lock(mutex_);
    const bool hopeful = std::any_of(attempts_.begin(), attempts_.end(),
                                     [](const Attempt& attempt) { return !attempt.over; });
    if (claimed_ || hopeful || state_ == State::failed) return;
    state_ = State::failed;
    hedge_at_.reset();
  }
  slot_->abandon_edge(why, sentence);
}

/// The result is made: nobody waits any more.
void EdgeExchange::release(EdgeRelease why) {
  std::vector<Attempt> open;
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
    hedge_at_.reset();
    request_ = {};
    for (Attempt& attempt : attempts_) {
      if (attempt.over || attempt.id == 0) continue;
      attempt.over = true;
      open.push_back(attempt);
    }
  }
  const bool probing = decision_.choice.why == Why::probing;
  for (const Attempt& attempt : open) {
    // An answer that is only not needed any more still tells how fast the link is.
    const bool measures = (probing || why == EdgeRelease::overtaken) && !attempt.spare;
    const bool overdue = why == EdgeRelease::overdue;
    measures ? context_.link.detach(attempt.id) : context_.link.cancel(attempt.id, overdue);
  }
}

}  // namespace branchline::runtime
