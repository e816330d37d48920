/* tools_power: powers and cube roots from sums, products, quotients and square roots alone, which IEEE 754 rounds alike on every machine;
 * a C library's pow and cbrt differ in their last bits. Internal to tools_*.c. */
#ifndef SOTTO_PLATFORM_TOOLS_POWER_H
#define SOTTO_PLATFORM_TOOLS_POWER_H

/* base to the exponent as C's pow: whole results below 2^53 are exact, others within a unit of the last place; NaN or infinite where there is none. */
double power_of(double base, double exponent);
double power_cube_root(double v); /* exact for cubes of whole numbers, else within a unit of the last place */

#endif
