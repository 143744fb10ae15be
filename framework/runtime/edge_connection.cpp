#include "framework/runtime/edge_connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/client_work.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

using transport::Refusal;

/// Longer budgets mean "whenever": they would only overflow the clock.
constexpr Duration kLongestBudget = std::chrono::minutes(10);
constexpr std::size_t kMaxProfilesCompiling = 64;
constexpr std::uint32_t kMaxProfileRuns = 1000;
/// Of a sentence that may hold what the peer said.
constexpr std::size_t kLongestQuote = 400;
const std::string kNotCompiled = "the plan cannot be compiled: ";

std::string names_of(const std::map<std::string, ServedModel>& models) {
  std::string names;
  for (const auto& [digest, served] : models) {
    names += (names.empty() ? "" : ", ") + served.model->layers().name + " (" + digest + ")";
  }
  return names.empty() ? "no model" : names;
}

}  // namespace

EdgeConnection::EdgeConnection(EdgeHost& host, std::shared_ptr<transport::Channel> channel)
    : host_(host),
      number_(host.next_connection()),
      peer_(channel->peer()),
      channel_(std::move(channel)) {}

void EdgeConnection::on_message(transport::Message message, const transport::Arrival& arrival) {
  const std::uint64_t id = message.id;
  host_.counters().add_received(arrival.frame_bytes);
  try {
    if (auto* request = std::get_if<transport::Request>(&message.body)) {
      handle(id, *request, arrival);
    } else if (const auto* prepare = std::get_if<transport::Prepare>(&message.body)) {
      handle(id, *prepare);
    } else if (const auto* query = std::get_if<transport::ProfileQuery>(&message.body)) {
      handle(id, *query);
    } else if (const auto* hello = std::get_if<transport::Hello>(&message.body)) {
      handle(id, *hello);
    } else {
      handle_other(id, message.body);
    }
  } catch (const std::exception& error) {  // a bug of ours must not take the others' edge down
    host_.log(0, peer_ + ": a message could not be handled: " + error.what());
    refuse(id, Refusal::failed, error.what());
  }
}

void EdgeConnection::on_sent(std::uint64_t, std::uint64_t frame_bytes, TimePoint) {
  host_.counters().add_sent(frame_bytes);
}

void EdgeConnection::on_closed(const std::string& reason) {
  open_ = false;
  host_.log(3, peer_ + " closed: " + reason);
  host_.remove(this);
  const std::lock_guard lock(mutex_);
  channel_.reset();
  in_flight_.clear();
}

void EdgeConnection::send(std::uint64_t id, transport::Body body) {
  std::shared_ptr<transport::Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    channel = channel_;
  }
  if (channel && !channel->send({id, std::move(body)}) && channel->is_open()) {
    channel->close("the client does not read its answers");
  }
}

void EdgeConnection::close(const std::string& reason) {
  std::shared_ptr<transport::Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    channel = channel_;
  }
  if (channel) channel->close(reason);
}

void EdgeConnection::reply(std::uint64_t id, transport::Body body) {
  std::shared_ptr<ProfileWork> next;
  {
    const std::lock_guard lock(mutex_);
    in_flight_.erase(id);
    if (!profiles_.empty() && profiles_.front().first == id) {
      profiles_.pop_front();
      if (!profiles_.empty()) next = profiles_.front().second;
    }
  }
  send(id, std::move(body));
  if (next) host_.queue().add_background(next);
}

void EdgeConnection::begin_profile(std::uint64_t id, const std::shared_ptr<ProfileWork>& work) {
  {
    const std::lock_guard lock(mutex_);
    profiles_.emplace_back(id, work);
    if (profiles_.size() > 1) return;
  }
  host_.queue().add_background(work);
}

void EdgeConnection::refuse(std::uint64_t id, Refusal why, const std::string& sentence) {
  if (why != Refusal::not_ready) {
    host_.log_some(
        2, peer_ + ": refused (" + name_of(why) + "): " + quotable(sentence, kLongestQuote));
  }
  host_.counters().add_refused(why);
  send(id, transport::Refused{why, sentence, host_.queue().wait_estimate()});
}

void EdgeConnection::refuse_compiling(std::uint64_t id) {
  host_.counters().add_overloaded(Overload::compiling);
  send(id, transport::Refused{Refusal::overloaded, "too much is compiling; ask again later",
                              host_.queue().wait_estimate()});
}

void EdgeConnection::handle(std::uint64_t id, const transport::Hello& hello) {
  const auto& models = host_.models();
  const bool any = std::any_of(hello.digests.begin(), hello.digests.end(),
                               [&](const std::string& digest) { return models.count(digest) > 0; });
  if (!any && !hello.digests.empty()) {
    const std::string sentence =
        "this edge serves " + names_of(models) + ", but the device runs network " +
        quotable(hello.digests.front()) + "; give both the same model file";
    refuse(id, Refusal::unknown_model, sentence);
    close(sentence);
    return;
  }
  transport::Welcome welcome;
  welcome.software = std::string("branchlined ") + BRANCHLINE_VERSION;
  for (const auto& [digest, served] : models) {
    welcome.digests.push_back(digest);
    welcome.names.push_back(served.model->layers().name);
  }
  welcome.max_frame_bytes = static_cast<std::uint64_t>(host_.options().max_frame_bytes);
  welcome.capabilities =
      transport::capability::kPayloadChecksum | transport::capability::kPackedPayloads;
  welcome.max_in_flight = static_cast<std::uint32_t>(kMaxInFlight);
  welcome.queue = host_.queue().wait_estimate();
  host_.log(3, peer_ + " connected: " + quotable(hello.software));
  send(id, std::move(welcome));
}

std::optional<std::pair<std::shared_ptr<const model::Model>, EdgePlan>> EdgeConnection::understand(
    std::uint64_t id, const transport::RemotePlan& plan) {
  if (host_.draining()) {
    refuse(id, Refusal::draining, "the edge is going down; use another one");
    return std::nullopt;
  }
  const auto served = host_.models().find(plan.digest);
  if (served == host_.models().end()) {
    refuse(id, Refusal::unknown_model,
           "this edge serves " + names_of(host_.models()) + ", but not network " +
               quotable(plan.digest) + "; give device and edge the same model file");
    return std::nullopt;
  }
  const auto& model = served->second.model;
  auto checked = check_plan(model->layers(), plan);
  if (const auto* misfit = std::get_if<std::string>(&checked)) {
    refuse(id, Refusal::bad_request, *misfit);
    return std::nullopt;
  }
  return std::pair(model, std::get<EdgePlan>(std::move(checked)));
}

bool EdgeConnection::begin_preparing(const std::shared_ptr<const model::Model>& model,
                                     const EdgePlan& plan,
                                     std::function<void(const std::string& error)> then) {
  if (preparing_ >= kMaxPreparing) return false;
  ++preparing_;
  const bool begun = host_.plans().prepare(
      model, plan, [self = shared_from_this(), then = std::move(then)](const std::string& error) {
        --self->preparing_;
        if (then) then(error);
      });
  if (!begun) --preparing_;
  return begun;
}

void EdgeConnection::handle(std::uint64_t id, const transport::Prepare& prepare) {
  const auto understood = understand(id, prepare.plan);
  if (!understood) return;
  const bool begun = begin_preparing(understood->first, understood->second,
                                     [self = shared_from_this(), id](const std::string& error) {
                                       if (error.empty()) {
                                         self->send(id, transport::Ready{});
                                       } else {
                                         self->refuse(id, Refusal::failed, kNotCompiled + error);
                                       }
                                     });
  if (!begun) refuse_compiling(id);
}

/// @returns false, having refused, when the client used the id already. How much it may have
/// unanswered is the channel's to watch: the Welcome gave the credit.
bool EdgeConnection::track(std::uint64_t id, const std::shared_ptr<ClientWork>& work) {
  {
    const std::lock_guard lock(mutex_);
    if (in_flight_.emplace(id, work).second) return true;
  }
  refuse(id, Refusal::bad_request, "request " + std::to_string(id) + " is under way already");
  return false;
}

void EdgeConnection::handle(std::uint64_t id, transport::Request& request,
                            const transport::Arrival& arrival) {
  const auto understood = understand(id, request.plan);
  if (!understood) return;
  const auto& [model, plan] = *understood;
  const std::string misfit = check_tensors(model->layers(), plan, request.tensors);
  if (!misfit.empty()) return refuse(id, Refusal::bad_request, misfit);
  auto ready = host_.plans().find(model, plan);
  if (!ready) {
    const std::string failure = host_.plans().failure(model, plan);
    if (!failure.empty()) return refuse(id, Refusal::not_ready, kNotCompiled + failure);
    begin_preparing(model, plan, {});
    return refuse(id, Refusal::not_ready, "the slices are compiling; send again after Ready");
  }
  const Duration budget = host_.options().scheduling == EdgeScheduling::first_come
                              ? kLongestBudget
                              : std::clamp(request.budget, Duration(0), kLongestBudget);
  auto work = std::make_shared<RequestWork>(host_, weak_from_this(), id, std::move(*ready),
                                            std::move(request.tensors), arrival.complete);
  // The upload counts: the budget was told when its first byte left.
  work->deadline = arrival.first_byte + budget;
  work->asker = number_;
  if (work->deadline <= host_.time().now()) {
    host_.counters().add_expired(ExpiryStage::arrival);
    return send(id, transport::Refused{Refusal::expired, "the budget ran out on the way here",
                                       host_.queue().wait_estimate()});
  }
  if (!track(id, work)) return;
  const Admission admission = host_.queue().admit(work);
  if (admission.admitted) return;
  if (admission.queue == Duration(0)) work->times->distrust();
  host_.counters().add_overloaded(admission.why);
  reply(id, transport::Refused{Refusal::overloaded, admission.sentence, admission.queue});
}

void EdgeConnection::handle(std::uint64_t id, const transport::ProfileQuery& query) {
  const auto understood = understand(id, query.plan);
  if (!understood) return;
  const auto& [model, plan] = *understood;
  if (query.repeat == 0 || query.repeat > kMaxProfileRuns || query.warmup > kMaxProfileRuns) {
    return refuse(id, Refusal::bad_request,
                  "a profile takes 1 to " + std::to_string(kMaxProfileRuns) + " runs");
  }
  if (host_.plans().slices().pending() >= kMaxProfilesCompiling) {
    return refuse_compiling(id);
  }
  auto work = std::make_shared<ProfileWork>(
      host_, weak_from_this(), id, host_.models().at(query.plan.digest),
      static_cast<int>(query.warmup), static_cast<int>(query.repeat));
  if (!track(id, work)) return;
  host_.plans().slices().prepare(
      model, {plan.units, plan.outputs},
      [self = shared_from_this(), id, work](std::shared_ptr<const slice::Slice> slice,
                                            const std::string& error) {
        if (!slice) return work->drop(Refusal::failed, error);
        work->set_slice(std::move(slice));
        self->begin_profile(id, work);
      });
}

void EdgeConnection::handle_other(std::uint64_t id, const transport::Body& body) {
  if (std::holds_alternative<transport::Ping>(body)) {
    send(id, transport::Pong{host_.queue().wait_estimate()});
  } else if (std::holds_alternative<transport::Cancel>(body)) {
    const std::lock_guard lock(mutex_);
    const auto found = in_flight_.find(id);
    if (found != in_flight_.end()) found->second->cancel();
  } else if (!std::holds_alternative<transport::Pong>(body)) {
    refuse(id, Refusal::bad_request, "a client does not send such messages");
    close(peer_ + " sent a message that only an edge sends");
  }
}

}  // namespace branchline::runtime
