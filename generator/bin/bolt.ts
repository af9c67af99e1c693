#!/usr/bin/env node
import { runBin } from '../src/io.ts'

await runBin('bolt')
