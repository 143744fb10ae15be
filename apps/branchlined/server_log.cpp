#include "apps/branchlined/server_log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace branchline::apps {

std::function<void(int level, const std::string& text)> stderr_log(LogLevel level) {
  const auto logger = spdlog::stderr_color_mt("branchlined");
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger->set_level(level == LogLevel::errors   ? spdlog::level::err
                    : level == LogLevel::normal ? spdlog::level::info
                                                : spdlog::level::debug);
  return [logger](int severity, const std::string& text) {
    static constexpr spdlog::level::level_enum kLevels[] = {
        spdlog::level::err, spdlog::level::warn, spdlog::level::info, spdlog::level::debug};
    logger->log(kLevels[severity < 0 ? 0 : severity > 3 ? 3 : severity], "{}", text);
  };
}

}  // namespace branchline::apps
