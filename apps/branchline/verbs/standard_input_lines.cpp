#include "apps/branchline/verbs/standard_input_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "framework/base/error.h"

namespace branchline::apps {

StandardInputLines::StandardInputLines(std::function<void(const std::string&)> on_line)
    : on_line_(std::move(on_line)) {
  if (pipe2(stop_, O_CLOEXEC) != 0)
    throw RunError("no pipe can be made to stop reading standard input");
  thread_ = std::thread([this] { read_on(); });
}

StandardInputLines::~StandardInputLines() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
}

void StandardInputLines::read_on() {
  std::array<pollfd, 2> watched = {{{STDIN_FILENO, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
  for (;;) {
    if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    std::array<char, 512> bytes;
    const ssize_t got = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    pending_.append(bytes.data(), static_cast<std::size_t>(got));
    hand_over();
  }
  if (!pending_.empty()) on_line_(pending_);
}

void StandardInputLines::hand_over() {
  for (std::size_t end; (end = pending_.find('\n')) != std::string::npos;) {
    const std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    if (line.find_first_not_of(" \t\r") != std::string::npos) on_line_(line);
  }
}

}  // namespace branchline::apps
